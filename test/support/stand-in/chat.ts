import { newId, pieces } from './pieces.ts';
import type { Step } from './script.ts';

const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };

/** A whole answer of the Chat Completions API. */
export function chatCompletion(model: unknown, step: Step): object {
  const isTool = 'tool' in step;
  const message = isTool
    ? { role: 'assistant', content: null, tool_calls: [{ id: newId('call'), ...call(step) }] }
    : { role: 'assistant', content: step.text };
  return {
    id: newId('chatcmpl'),
    object: 'chat.completion',
    created: 1,
    model,
    usage: USAGE,
    choices: [{ index: 0, finish_reason: isTool ? 'tool_calls' : 'stop', message }],
  };
}

/** The same as a stream, with a comment before it as some gateways send them. */
export function* chatStream(model: unknown, step: Step, size: number): Generator<string> {
  const base = { id: newId('chatcmpl'), object: 'chat.completion.chunk', created: 1, model };
  const event = (fields: object): string => `data: ${JSON.stringify({ ...base, ...fields })}\n\n`;
  const delta = (value: object, finish: string | null = null): string =>
    event({ choices: [{ index: 0, delta: value, finish_reason: finish }] });
  yield ': PROCESSING\n\n';
  if ('tool' in step) {
    yield delta({ role: 'assistant', content: null });
    const opening = { name: step.tool, arguments: '' };
    yield delta({
      tool_calls: [{ index: 0, id: newId('call'), type: 'function', function: opening }],
    });
    for (const piece of pieces(JSON.stringify(step.input), size)) {
      yield delta({ tool_calls: [{ index: 0, function: { arguments: piece } }] });
    }
    yield delta({}, 'tool_calls');
  } else {
    yield delta({ role: 'assistant', content: '' });
    for (const piece of pieces(step.text, size)) yield delta({ content: piece });
    yield delta({}, 'stop');
  }
  yield event({ choices: [], usage: USAGE });
  yield 'data: [DONE]\n\n';
}

function call(step: { readonly tool: string; readonly input: unknown }): object {
  return {
    type: 'function',
    function: { name: step.tool, arguments: JSON.stringify(step.input) },
  };
}
