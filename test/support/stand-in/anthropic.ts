import { newId, pieces } from './pieces.ts';
import type { Step } from './script.ts';

/** A whole answer of the Messages API. */
export function anthropicMessage(model: unknown, step: Step): object {
  const isTool = 'tool' in step;
  return {
    id: newId('msg'),
    type: 'message',
    role: 'assistant',
    model,
    stop_reason: isTool ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 10, output_tokens: 10 },
    content: isTool
      ? [{ type: 'tool_use', id: newId('toolu'), name: step.tool, input: step.input }]
      : [{ type: 'text', text: step.text }],
  };
}

/** The same as a stream, a few characters an event. */
export function* anthropicStream(model: unknown, step: Step, size: number): Generator<string> {
  const event = (type: string, fields: object): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
  const usage = { input_tokens: 10, output_tokens: 1 };
  const message = { ...anthropicMessage(model, step), content: [], stop_reason: null, usage };
  yield event('message_start', { message });
  yield event('ping', {});
  const isTool = 'tool' in step;
  const block = isTool
    ? { type: 'tool_use', id: newId('toolu'), name: step.tool, input: {} }
    : { type: 'text', text: '' };
  yield event('content_block_start', { index: 0, content_block: block });
  for (const piece of pieces(isTool ? JSON.stringify(step.input) : step.text, size)) {
    const delta = isTool
      ? { type: 'input_json_delta', partial_json: piece }
      : { type: 'text_delta', text: piece };
    yield event('content_block_delta', { index: 0, delta });
  }
  yield event('content_block_stop', { index: 0 });
  const stop = { stop_reason: isTool ? 'tool_use' : 'end_turn', stop_sequence: null };
  yield event('message_delta', { delta: stop, usage: { output_tokens: 20 } });
  yield event('message_stop', {});
}
