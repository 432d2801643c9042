import { describe, expect, test } from 'vitest';
import { anthropicResponse } from '../../lib/providers/anthropic-response.ts';
import { openaiResponse } from '../../lib/providers/openai-response.ts';
import { createEventRestorer } from '../../lib/restore/events.ts';
import { createRestorer } from '../../lib/restore/restorer.ts';
import type { Restorer } from '../../lib/restore/types.ts';
import { KNOWN } from '../vault/spellings.ts';
import { inPieces, LIMITS, resolving, restoreAll } from './running.ts';

const resolve = resolving({ [KNOWN]: { type: 'DB_PASS', value: 'made up' } });
const PLACEHOLDER = `<pl:DB_PASS:${KNOWN}>`;
const PING = 'event: ping\ndata: {"type":"ping"}\n\n';

function restorer(contentType?: string, limits = LIMITS): Restorer {
  return createRestorer({ contentType, grammar: anthropicResponse, resolve, limits });
}

function pushed(to: Restorer, text: string): string {
  const pieces = to.push(Buffer.from(text));
  return Buffer.concat(pieces.map((piece) => piece.bytes)).toString();
}

function delta(text: string, index = 0): string {
  const event = { type: 'content_block_delta', index, delta: { type: 'text_delta', text } };
  return `event: content_block_delta\ndata: ${JSON.stringify(event)}\n\n`;
}

describe('nothing waits for what does not concern it', () => {
  test('pings, comments and other channels pass while a channel waits', () => {
    const stream = restorer('text/event-stream');
    expect(pushed(stream, delta(`a ${PLACEHOLDER.slice(0, 20)}`))).toBe(delta('a '));
    expect(pushed(stream, PING)).toBe(PING);
    expect(pushed(stream, ': keep-alive\n')).toBe(': keep-alive\n');
    expect(pushed(stream, '\n')).toBe('\n');
    expect(pushed(stream, delta('other', 1))).toBe(delta('other', 1));
    expect(pushed(stream, delta(PLACEHOLDER.slice(20)))).toBe(delta('made up'));
  });

  test('an event leaves with its last byte', () => {
    for (const eol of ['\n', '\r\n', '\r']) {
      const stream = restorer('text/event-stream');
      const event = delta('hello').replaceAll('\n', eol);
      const chunks = inPieces(Buffer.from(event), 1);
      const before = chunks.slice(0, -eol.length).flatMap((chunk) => stream.push(chunk));
      expect(before).toEqual([]);
      const after = chunks.slice(-eol.length).flatMap((chunk) => stream.push(chunk));
      expect(Buffer.concat(after.map((piece) => piece.bytes)).toString()).toBe(event);
    }
  });

  test('text goes on as soon as it cannot become a placeholder', () => {
    const text = restorer('text/plain');
    expect(pushed(text, 'a <pl:DB')).toBe('a ');
    expect(pushed(text, 'x')).toBe('<pl:DBx');
    expect(pushed(text, '<')).toBe('');
    expect(pushed(text, 'div')).toBe('<div');
  });

  test('white space before a JSON document', () => {
    const json = restorer('application/json');
    expect(pushed(json, '\n\n')).toBe('\n\n');
    expect(pushed(json, ' {')).toBe(' ');
  });

  test('untouched events share memory with the chunk and are one piece', () => {
    const chunk = Buffer.from(PING + delta('a') + PING);
    const [piece, ...more] = restorer('text/event-stream').push(chunk);
    expect(more).toEqual([]);
    expect(piece?.bytes.buffer).toBe(chunk.buffer);
    expect(piece?.bytes).toHaveLength(chunk.length);
  });
});

test('a piece says what was put back in it, and only in it', () => {
  const pieces = restorer('text/event-stream').push(
    Buffer.from(PING + delta(`${PLACEHOLDER} ${PLACEHOLDER.replace('0', '1')}`) + PING),
  );
  const hmac = KNOWN;
  expect(pieces.map(({ restored, unknown }) => ({ restored, unknown }))).toEqual([
    { restored: [], unknown: 0 },
    { restored: [{ type: 'DB_PASS', hmac }], unknown: 1 },
    { restored: [], unknown: 0 },
  ]);
});

describe('limits', () => {
  test.each(['text/event-stream', 'application/x-ndjson'])('a piece of %s', (contentType) => {
    const long = `data: ${'x'.repeat(200)}\n\n`;
    const limits = { event: 100, body: 100 };
    const refusal = expect.objectContaining({ code: 'unscannable-body' });
    expect(() => restoreAll(restorer(contentType, limits), inPieces(Buffer.from(long), 7))).toThrow(
      refusal,
    );
  });

  test('an event that comes in one chunk is refused as one in many', () => {
    const long = Buffer.from(`data: ${'x'.repeat(200)}\n\n`);
    expect(() => restorer('text/event-stream', { event: 100, body: 100 }).push(long)).toThrow(
      expect.objectContaining({ code: 'unscannable-body' }),
    );
  });

  test('a JSON document above its limit goes on as text', () => {
    const padding = 'x'.repeat(300);
    const write = (value: string) => JSON.stringify({ padding, value, more: padding });
    const json = restorer('application/json', { event: 100, body: 100 });
    const result = restoreAll(json, inPieces(Buffer.from(write(PLACEHOLDER)), 11));
    expect(result.text).toBe(write('made up'));
    expect(result.restored).toHaveLength(1);
  });
});

test.each([
  ['text/event-stream', `data: {"a":"${PLACEHOLDER}"}\n\n`],
  [undefined, `\ndata: {"a":"${PLACEHOLDER}"}\n\n`],
  [undefined, `retry: 1\ndata: ${PLACEHOLDER}\n\n`],
  [undefined, ` {"a":"${PLACEHOLDER}"}`],
  [undefined, `dat ${PLACEHOLDER}`],
  ['', PLACEHOLDER],
  ['application/vnd.api+json', `{"${PLACEHOLDER}":1}`],
  ['text/html', `<p>${PLACEHOLDER}`],
  ['multipart/mixed; boundary=x', `--x\r\n\r\n${PLACEHOLDER}\r\n--x--`],
  ['application/x-www-form-urlencoded', `a=${PLACEHOLDER}`],
])('%s: %j is restored', (contentType, body) => {
  for (const size of [1, 3, body.length]) {
    const { text } = restoreAll(restorer(contentType), inPieces(Buffer.from(body), size));
    expect(text).toBe(body.replace(PLACEHOLDER, 'made up'));
  }
});

test.each([
  ['text/json', '', 1],
  ['application/jsonl; charset=utf-8', '', 3],
  ['application/json-lines', '', 3],
  ['application/json-seq', '\x1e', 3],
])('%s stays JSON, whatever the secret holds', (contentType, before, documents) => {
  const value = 'made "up"\n\\';
  const write = (text: string): string => `${before}${JSON.stringify({ text })}\n`;
  const body = Buffer.from(write(PLACEHOLDER).repeat(documents));
  for (const size of [1, 3, body.length]) {
    const restoring = createRestorer({
      contentType,
      grammar: anthropicResponse,
      resolve: resolving({ [KNOWN]: { type: 'DB_PASS', value } }),
      limits: LIMITS,
    });
    const { text } = restoreAll(restoring, inPieces(body, size));
    expect(text).toBe(write(value).repeat(documents));
  }
});

test('a file that is fetched as bytes is restored, however it arrives; other bytes stay', () => {
  const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  const known = Buffer.from(PLACEHOLDER);
  const unknown = Buffer.from('<pl:JWT_TOKEN:ffffffffffffffff>');
  const body = Buffer.concat([all, known, all, Buffer.from('<pl:'), all, unknown, all, known]);
  const secret = Buffer.from('made up');
  const whole = Buffer.concat([all, secret, all, Buffer.from('<pl:'), all, unknown, all, secret]);
  const binary = (pieces: readonly Uint8Array[]): Buffer => {
    const bytes = restorer('application/octet-stream');
    const out = [...pieces.flatMap((piece) => [...bytes.push(piece)]), ...bytes.end()];
    return Buffer.concat(out.map((piece) => piece.bytes));
  };
  expect(binary(inPieces(body, 1)).equals(whole)).toBe(true);
  for (let cut = 0; cut <= body.length; cut++) {
    expect(binary([body.subarray(0, cut), body.subarray(cut)]).equals(whole)).toBe(true);
  }
});

test.each(['image/png', 'audio/mpeg', 'application/zip', 'application/pdf'])(
  '%s passes',
  (contentType) => {
    const bytes = Buffer.from(PLACEHOLDER);
    expect(restorer(contentType).push(bytes)).toEqual([{ bytes, restored: [], unknown: 0 }]);
  },
);

test('messages of a WebSocket are events without a frame', () => {
  const events = createEventRestorer(openaiResponse, resolve);
  const message = (delta: string) =>
    Buffer.from(JSON.stringify({ type: 'response.output_text.delta', output_index: 0, delta }));
  const created = (id: string) =>
    Buffer.from(JSON.stringify({ type: 'response.created', response: { id } }));
  events.event(created('resp_1'));
  expect(events.event(message('a <pl:')).payload).toEqual(message('a '));
  const ended = events.event(Buffer.from('{"type":"response.completed","response":{}}'));
  expect(ended.before).toEqual([{ type: 'response.output_text.delta', payload: message('<pl:') }]);
  events.event(created('resp_2'));
  expect(events.responseIds).toEqual(['resp_1', 'resp_2']);
  events.event(message('<'));
  expect(events.flush()).toHaveLength(1);
  expect(events.flush()).toEqual([]);
});

test('a string may hold very many placeholders', () => {
  const count = 200_000;
  const write = (value: string) => JSON.stringify({ a: value.repeat(count) });
  const limits = { event: 1e8, body: 1e8 };
  const { restored, text } = restoreAll(restorer('application/json', limits), [
    Buffer.from(write(PLACEHOLDER)),
  ]);
  expect(restored).toHaveLength(count);
  expect(text).toBe(write('made up'));
});

describe('what is held back is bounded', () => {
  const split = PLACEHOLDER.slice(0, 20);

  test('in number: of a thousand channels some hundred wait, and no text is lost', () => {
    const stream = restorer('text/event-stream');
    let out = '';
    for (let index = 0; index < 1000; index++) out += pushed(stream, delta(`a${split}`, index));
    const waiting = stream.end();
    expect(waiting.length).toBeLessThanOrEqual(256);
    expect(waiting.length).toBeGreaterThan(128);
    out += waiting.map((piece) => Buffer.from(piece.bytes).toString()).join('');
    expect(out.match(/<pl:DB_PASS:/g)).toHaveLength(1000);
  });

  test('in size: an event with a long field beside its delta does not wait', () => {
    const stream = restorer('text/event-stream');
    const event = {
      type: 'content_block_delta',
      index: 0,
      note: 'x'.repeat(100_000),
      delta: { type: 'text_delta', text: split },
    };
    expect(pushed(stream, `data: ${JSON.stringify(event)}\n\n`)).toContain(split);
    expect(stream.end()).toEqual([]);
  });
});
