import { newId, pieces } from './pieces.ts';
import type { Step } from './script.ts';

const USAGE = {
  input_tokens: 1,
  output_tokens: 1,
  total_tokens: 2,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens_details: { reasoning_tokens: 0 },
};

/** A whole answer of the Responses API. */
export function responsesObject(model: unknown, step: Step): object {
  return { ...base(model), status: 'completed', output: [plan(step).done], usage: USAGE };
}

/** The same as a stream; `.done` events and the last snapshot repeat the text, as the API does. */
export function* responsesStream(model: unknown, step: Step, size: number): Generator<string> {
  let sequence = 0;
  const event = (type: string, fields: object): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...fields })}\n\n`;
  const response = base(model);
  yield event('response.created', { response });
  yield event('response.in_progress', { response });
  const { start, done, part, text, field, kind } = plan(step);
  const place = { item_id: (start as { id: string }).id, output_index: 0 };
  const channel = part === undefined ? place : { ...place, content_index: 0 };
  yield event('response.output_item.added', { output_index: 0, item: start });
  if (part !== undefined) {
    yield event('response.content_part.added', { ...channel, part: { ...part, text: '' } });
  }
  for (const delta of pieces(text, size))
    yield event(`response.${kind}.delta`, { ...channel, delta });
  yield event(`response.${kind}.done`, { ...channel, [field]: text });
  if (part !== undefined) yield event('response.content_part.done', { ...channel, part });
  yield event('response.output_item.done', { output_index: 0, item: done });
  const completed = { ...response, status: 'completed', output: [done], usage: USAGE };
  yield event('response.completed', { response: completed });
}

function base(model: unknown): object {
  return {
    id: newId('resp'),
    object: 'response',
    created_at: 1,
    status: 'in_progress',
    model,
    output: [],
  };
}

interface Plan {
  readonly start: object;
  readonly done: object;
  readonly part?: { readonly text: string };
  readonly text: string;
  /** The field that holds the whole text, and the name of its events. */
  readonly field: string;
  readonly kind: string;
}

function plan(step: Step): Plan {
  const status = 'completed';
  if (!('tool' in step)) {
    const { text } = step;
    const part = { type: 'output_text', text, annotations: [] };
    const start = {
      type: 'message',
      id: newId('msg'),
      role: 'assistant',
      status: 'in_progress',
      content: [],
    };
    const done = { ...start, status, content: [part] };
    return { start, done, part, text, field: 'text', kind: 'output_text' };
  }
  const name = step.tool;
  const ids = { id: newId('fc'), call_id: newId('call') };
  if (typeof step.input === 'string') {
    const start = { type: 'custom_tool_call', ...ids, name, input: '', status: 'in_progress' };
    const done = { ...start, input: step.input, status };
    return { start, done, text: step.input, field: 'input', kind: 'custom_tool_call_input' };
  }
  const text = JSON.stringify(step.input);
  const start = { type: 'function_call', ...ids, name, arguments: '', status: 'in_progress' };
  const done = { ...start, arguments: text, status };
  return { start, done, text, field: 'arguments', kind: 'function_call_arguments' };
}
