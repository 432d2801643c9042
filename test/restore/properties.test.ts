import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anthropicResponse } from '../../lib/providers/anthropic-response.ts';
import { openaiResponse } from '../../lib/providers/openai-response.ts';
import { createRestorer } from '../../lib/restore/restorer.ts';
import type { Restorer } from '../../lib/restore/types.ts';
import { KNOWN, OTHER, spellings } from '../vault/spellings.ts';
import { LIMITS, resolving, restoreAll } from './running.ts';

const PLACEHOLDER = `<pl:DB_PASS:${KNOWN}>`;
const SSE = 'text/event-stream';

function restorerFor(contentType: string, secret = 'made "up"\n\\'): Restorer {
  return createRestorer({
    contentType,
    grammar: contentType === SSE ? { ...anthropicResponse } : anthropicResponse,
    resolve: resolving({ [KNOWN]: { type: 'DB_PASS', value: secret } }),
    limits: LIMITS,
  });
}

/** Cuts at the given places, taken modulo the length. */
function cutAt(text: string, places: readonly number[]): string[] {
  const at = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, index) => text.slice(from, at[index] ?? text.length));
}

function chunksOf(bytes: Buffer, places: readonly number[]): Buffer[] {
  return cutAt(bytes.toString('latin1'), places).map((part) => Buffer.from(part, 'latin1'));
}

const places = fc.array(fc.nat(), { maxLength: 12 });
const fragment = fc.oneof(
  fc.constantFrom(...spellings('DB_PASS', KNOWN, 0).map(({ text }) => text)),
  fc.constantFrom(...spellings('DB_PASS', OTHER, 1).map(({ text }) => text)),
  fc.constantFrom('<', '\\', '\\u003c', '<pl:', '<pl:DB_PASS:0123', '&', '%', '"', '\n', 'é😀 '),
);
const text = fc.array(fragment, { maxLength: 8 }).map((parts) => parts.join(''));
/** Text in which no placeholder can be restored: its `pl` is always followed by a space. */
const harmless = fc
  .array(fc.oneof(fragment, fc.string({ unit: 'grapheme' })), { maxLength: 12 })
  .map((parts) => parts.join('').replaceAll('pl', 'pl '));
const secrets = fc
  .string({ unit: 'grapheme', minLength: 8, maxLength: 40 })
  .map((value) => `"\\\n${value}`.replaceAll('pl', 'p l'));

const event = fc.oneof(
  fc.record({ index: fc.nat({ max: 2 }), value: text }).map(({ index, value }) => ({
    type: 'content_block_delta',
    index,
    delta: { type: 'text_delta', text: value },
  })),
  fc.nat({ max: 2 }).map((index) => ({ type: 'content_block_stop', index })),
  text.map((value) => ({ type: 'unknown_event', value })),
  fc.constant({ type: 'ping' }),
);
const stream = fc
  .tuple(fc.array(event, { maxLength: 8 }), fc.constantFrom('\n', '\r\n', '\r'))
  .map(([events, eol]) =>
    events
      .map((one) => `event: ${one.type}${eol}data: ${JSON.stringify(one)}${eol}${eol}`)
      .join(''),
  );

describe('how the bytes are cut into chunks does not matter', () => {
  test.each([
    ['text/event-stream', stream],
    ['application/json', text.map((value) => JSON.stringify({ content: [{ value }] }))],
    [
      'application/x-ndjson',
      fc.array(text).map((lines) => lines.map((l) => JSON.stringify(l)).join('\n')),
    ],
    ['text/plain', text],
  ])('%s', (contentType, body) => {
    fc.assert(
      fc.property(body, places, (whole, cuts) => {
        const bytes = Buffer.from(whole);
        const expected = restoreAll(restorerFor(contentType), [bytes]);
        expect(restoreAll(restorerFor(contentType), chunksOf(bytes, cuts))).toEqual(expected);
      }),
    );
  });
});

describe('what holds no placeholder stays as it is', () => {
  test.each(['text/plain', 'application/json', 'application/x-ndjson', 'image/png'])(
    '%s',
    (contentType) => {
      fc.assert(
        fc.property(harmless, places, (whole, cuts) => {
          const result = restoreAll(restorerFor(contentType), chunksOf(Buffer.from(whole), cuts));
          expect(result).toEqual({ text: whole, restored: [], unknown: 0, responseIds: [] });
        }),
      );
    },
  );

  test('bytes that are no text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const restorer = restorerFor('text/event-stream');
        const pieces = [...restorer.push(bytes), ...restorer.end()];
        expect(Buffer.concat(pieces.map((piece) => piece.bytes))).toEqual(Buffer.from(bytes));
      }),
    );
  });
});

interface Stream {
  readonly grammar: typeof anthropicResponse;
  write(part: string): object;
  readonly end: object;
  read(event: never): string | undefined;
}

const STREAMS: Readonly<Record<string, Stream>> = {
  'Anthropic text': {
    grammar: anthropicResponse,
    write: (text) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text },
    }),
    end: { type: 'content_block_stop', index: 0 },
    read: (event: { delta?: { text?: string } }) => event.delta?.text,
  },
  'Anthropic tool input': {
    grammar: anthropicResponse,
    write: (part) => ({ type: 'content_block_delta', index: 0, delta: { partial_json: part } }),
    end: { type: 'content_block_stop', index: 0 },
    read: (event: { delta?: { partial_json?: string } }) => event.delta?.partial_json,
  },
  'Chat Completions text': {
    grammar: openaiResponse,
    write: (content) => ({ choices: [{ index: 0, delta: { content }, finish_reason: null }] }),
    end: { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    read: (event: { choices: [{ delta: { content?: string } }] }) => event.choices[0].delta.content,
  },
  'Chat Completions arguments': {
    grammar: openaiResponse,
    write: (part) => ({
      choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: part } }] } }],
    }),
    end: { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] },
    read: (event: {
      choices: [{ delta: { tool_calls?: [{ function: { arguments: string } }] } }];
    }) => event.choices[0].delta.tool_calls?.[0].function.arguments,
  },
  'Responses text': {
    grammar: openaiResponse,
    write: (delta) => ({ type: 'response.output_text.delta', output_index: 0, delta }),
    end: { type: 'response.output_text.done', output_index: 0 },
    read: (event: { delta?: string }) => event.delta,
  },
  'Responses arguments': {
    grammar: openaiResponse,
    write: (delta) => ({ type: 'response.function_call_arguments.delta', item_id: 'f', delta }),
    end: { type: 'response.output_item.done', output_index: 1 },
    read: (event: { delta?: string }) => event.delta,
  },
};

/** Streams a text in parts, restores the stream and gives the channel's text before its end. */
function channelText(api: Stream, parts: readonly string[], secret: string): string {
  const events = [...parts.map(api.write), api.end];
  const restorer = createRestorer({
    contentType: SSE,
    grammar: api.grammar,
    resolve: resolving({ [KNOWN]: { type: 'DB_PASS', value: secret } }),
    limits: LIMITS,
  });
  const body = events.map((one) => `data: ${JSON.stringify(one)}\n\n`).join('');
  const written = restoreAll(restorer, [Buffer.from(body)])
    .text.trimEnd()
    .split('\n\n')
    .map((one) => JSON.parse(one.slice('data: '.length)) as never);
  expect(written.at(-1)).toEqual(api.end);
  return written.map((one) => api.read(one) ?? '').join('');
}

describe.each(Object.entries(STREAMS))('%s', (name, api) => {
  const isJson = !name.endsWith('text');

  test('is what the agent would have got, however the text is split', () => {
    fc.assert(
      fc.property(secrets, harmless, places, (secret, around, cuts) => {
        const write = isJson ? (value: string) => JSON.stringify({ a: value }) : String;
        const parts = cutAt(write(`${around} ${PLACEHOLDER}${around}`), cuts);
        const got = channelText(api, parts, secret);
        expect(got).toBe(write(`${around} ${secret}${around}`));
      }),
    );
  });

  test('loses nothing of what only begins like a placeholder', () => {
    for (let length = 1; length < PLACEHOLDER.length; length++) {
      const parts = ['a ', PLACEHOLDER.slice(0, length)];
      expect(channelText(api, parts, 'secret')).toBe(parts.join(''));
    }
  });
});

test('at most 128 bytes of a channel are held back', () => {
  fc.assert(
    fc.property(text, places, (whole, cuts) => {
      const restorer = createRestorer({
        contentType: 'text/plain',
        grammar: anthropicResponse,
        resolve: resolving({}),
        limits: LIMITS,
      });
      let waiting = 0;
      for (const chunk of chunksOf(Buffer.from(whole), cuts)) {
        waiting += chunk.length;
        for (const piece of restorer.push(chunk)) waiting -= piece.bytes.length;
        expect(waiting).toBeLessThanOrEqual(128);
      }
    }),
  );
});
