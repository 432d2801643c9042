import { applyFilters } from './filters.ts';

/** The APIs the stand-in speaks. */
export type Api = 'anthropic' | 'chat' | 'responses';

/** One answer: a text, or a call of a tool (an `input` string makes it a custom tool call). */
export type Step = { readonly text: string } | { readonly tool: string; readonly input: unknown };

/** What the stand-in remembers beyond one request. */
export interface Memory {
  /** Placeholders met so far, in order. */
  readonly placeholders: Set<string>;
}

const SCRIPT = /@@(\[[\s\S]*?\])@@/;
const PLACEHOLDER = /<pl:[A-Z0-9_]+:[0-9a-f]{16}>/g;

/**
 * Finds the script `@@[…]@@` in a request's prompt and the step that comes next: step k is played
 * when k tool results are in the request. Without a script the last text comes back.
 *
 * In every string of a step `{{pl}}` stands for the request's placeholders, `{{pl.0}}` for the
 * first of them, `{{old}}` for those that only earlier requests held, `{{echo}}` for the last user
 * text or tool result; `{{pl|html}}` applies a filter.
 */
export function nextStep(api: Api, body: Readonly<Record<string, unknown>>, memory: Memory): Step {
  const conversation = readConversation(api, body);
  const seen = [...new Set(strings(body).join('\n').match(PLACEHOLDER) ?? [])];
  const old = [...memory.placeholders].filter((one) => !seen.includes(one));
  for (const one of seen) memory.placeholders.add(one);
  const { script, results, lastText } = conversation;
  if (script === undefined) return { text: lastText };
  // A request without tools is a side request (a title, a summary): it must not eat a step.
  if (!offersTools(body)) return { text: 'ok' };
  const step = script[Math.min(results, script.length - 1)] ?? { text: 'ok' };
  const values: Record<string, string> = { pl: seen.join(' '), old: old.join(' '), echo: lastText };
  for (const [index, one] of seen.entries()) values[`pl.${index}`] = one;
  return fill(step, values) as Step;
}

interface Conversation {
  readonly script: readonly Step[] | undefined;
  readonly results: number;
  readonly lastText: string;
}

function readConversation(api: Api, body: Readonly<Record<string, unknown>>): Conversation {
  let script: readonly Step[] | undefined;
  let results = 0;
  let lastText = '';
  for (const message of messagesOf(api, body)) {
    const output = toolOutput(message);
    if (output !== undefined) {
      results++;
      lastText = strings(output).join('\n');
      continue;
    }
    for (const block of Array.isArray(message['content'])
      ? message['content']
      : [message['content']]) {
      if (isObject(block) && block['type'] === 'tool_result') {
        results++;
        lastText = strings(block['content']).join('\n');
        continue;
      }
      const text = typeof block === 'string' ? block : isObject(block) ? block['text'] : undefined;
      if (typeof text !== 'string') continue;
      script ??= parseScript(text);
      if (message['role'] === 'user' && text !== '') lastText = text;
    }
  }
  return { script, results, lastText };
}

function messagesOf(api: Api, body: Readonly<Record<string, unknown>>): Record<string, unknown>[] {
  const list = api === 'responses' ? body['input'] : body['messages'];
  if (typeof list === 'string') return [{ role: 'user', content: list }];
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function toolOutput(message: Readonly<Record<string, unknown>>): unknown {
  const type = message['type'];
  if (type === 'function_call_output' || type === 'custom_tool_call_output')
    return message['output'];
  return message['role'] === 'tool' ? message['content'] : undefined;
}

function parseScript(text: string): readonly Step[] | undefined {
  const source = SCRIPT.exec(text)?.[1];
  if (source === undefined) return undefined;
  // Some agents quote the prompt once more before they send it.
  for (const candidate of [source, source.replaceAll('\\"', '"')]) {
    try {
      return JSON.parse(candidate) as Step[];
    } catch {}
  }
  return undefined;
}

function offersTools(body: Readonly<Record<string, unknown>>): boolean {
  const own = body['tools'];
  if (Array.isArray(own) && own.length > 0) return true;
  // Codex gives its tools as an item of the input.
  const input = body['input'];
  return (
    Array.isArray(input) &&
    input.some((item) => isObject(item) && item['type'] === 'additional_tools')
  );
}

function fill(value: unknown, values: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') {
    return value.replace(/\{\{([a-z]+(?:\.\d+)?)((?:\|[a-z]+)*)\}\}/g, (whole, name, filters) =>
      values[name] === undefined
        ? whole
        : applyFilters(values[name], String(filters).split('|').filter(Boolean)),
    );
  }
  if (Array.isArray(value)) return value.map((item) => fill(item, values));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, values)]));
}

/** Every string at any depth, values only. */
export function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(strings);
  return isObject(value) ? Object.values(value).flatMap(strings) : [];
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
