import { grammarOf } from '../../../lib/providers/grammar.ts';
import type { ApiName } from '../../../lib/providers/types.ts';
import { createEventRestorer } from '../../../lib/restore/events.ts';
import { createFramer } from '../../../lib/restore/frames.ts';
import { createRestorer } from '../../../lib/restore/restorer.ts';
import type { Resolve } from '../../../lib/restore/types.ts';
import { Secret } from '../../../lib/vault/secret.ts';
import { KNOWN as H, OTHER, spellings } from '../../vault/spellings.ts';
import { byteByByte, holds, placesIn, type Target, unlessRefused } from '../target.ts';

// Whatever a provider answers: it comes out the same however it is cut, loses nothing, and holds
// back little.

const SECRET = 'made "up"\n\\ß';
const LIMITS = { event: 2000, body: 3000 };

const resolve: Resolve = (fingerprint) => {
  if (fingerprint === OTHER) return { state: 'foreign' };
  if (fingerprint !== H) return { state: 'unknown' };
  return { state: 'restore', type: 'DB_PASS', secret: new Secret(Buffer.from(SECRET)) };
};

const SPELLED = [
  ...[0, 1].flatMap((escapes) => spellings('DB_PASS', H, escapes).map(({ text }) => text)),
  ...spellings('A', OTHER)
    .slice(0, 6)
    .map(({ text }) => text),
  '<pl',
  '<pl:',
  '<pl:DB_PASS:',
  '-esc',
  '\\u003c',
  '\\\\u003c',
  '&lt;',
  '%3C',
  H,
  '>',
];

function restored(
  api: ApiName,
  contentType: string | undefined,
  chunks: readonly Buffer[],
): string {
  const grammar = grammarOf(api);
  const result = unlessRefused(['unscannable-body'], () => {
    const restorer = createRestorer({ contentType, grammar, resolve, limits: LIMITS });
    const pieces = [...chunks.flatMap((chunk) => restorer.push(chunk)), ...restorer.end()];
    return Buffer.concat(pieces.map(({ bytes }) => bytes)).toString('latin1');
  });
  // What is too long is refused: before that some of it may be given, more or less as it came.
  return result ?? 'refused';
}

function answer(
  name: string,
  contentType: string | undefined,
  api: ApiName,
  seeds: Target['seeds'],
  words: readonly string[],
): Target {
  return {
    name,
    seeds,
    words: [...words, ...SPELLED],
    run(input) {
      const whole = restored(api, contentType, [input]);
      const isChanged = /pl/.test(input.toString('latin1'));
      holds(isChanged || whole === 'refused' || whole === input.toString('latin1'), 'it changed');
      holds(restored(api, contentType, byteByByte(input)) === whole, 'byte by byte it differs');
      for (const at of placesIn(input)) {
        const halves = [input.subarray(0, at), input.subarray(at)];
        holds(restored(api, contentType, halves) === whole, 'in two parts it differs', { at });
      }
    },
  };
}

const delta = (text: string): string =>
  JSON.stringify({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } });
const EVENTS = [
  `event: content_block_delta\ndata: ${delta('a <pl:DB')}\n\nevent: content_block_delta\ndata: ${delta(`_PASS:${H}> b`)}\n\ndata: {"type":"content_block_stop","index":0}\n\n`,
  `data: {"type":"content_block_delta","index":1,"delta":{"partial_json":"{\\"a\\":\\"<pl:DB_PASS:${H}>\\"}"}}\r\n\r\nevent: message_stop\r\ndata: {"type":"message_stop"}\r\n\r\n`,
  ': comment\n\ndata: one\ndata: two\nid: 3\nretry: 5\n\n\ufeffdata:x\r\r',
];
const CHUNKS = [
  `data: {"choices":[{"index":0,"delta":{"content":"<pl:DB_PASS:"}}]}\n\ndata: {"choices":[{"index":0,"delta":{"content":"${H}>"},"finish_reason":null}]}\n\ndata: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`,
  `data: {"type":"response.output_text.delta","item_id":"m","output_index":0,"delta":"<pl:DB_PASS:${H}"}\n\ndata: {"type":"response.output_text.done","output_index":0,"text":"<pl:DB_PASS:${H}>"}\n\ndata: {"type":"response.completed","response":{"id":"resp_1","output":[]}}\n\n`,
  `data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\\"a\\":\\"<pl:"}}]}}]}\n\n`,
];
const EVENT_WORDS = [
  '\n',
  '\r',
  '\r\n',
  '\n\n',
  'data:',
  'data: ',
  'data',
  'event: ',
  'id: ',
  ': ',
  '\ufeff',
  '{"',
  '"}',
  '"type":"content_block_stop"',
  '"index":0',
  '"index":1',
  '"delta":{',
  '"text":"',
  '"partial_json":"',
  '"type":"thinking_delta"',
  '"error":{}',
  '[DONE]',
  '"finish_reason":"stop"',
  '\\"',
  '\\\\',
  '\\',
];
const DOCUMENTS = [
  `{"content":[{"type":"text","text":"a <pl:DB_PASS:${H}> b"},{"type":"thinking","thinking":"<pl:DB_PASS:${H}>"}]}`,
  `{"choices":[{"index":0,"message":{"content":"<pl:DB_PASS:${H}>","tool_calls":[{"function":{"arguments":"{\\"a\\":\\"<pl:DB_PASS:${H}>\\"}"}}]}}]}`,
  `\n\n  {"error":{"message":"\\u003cpl:DB_PASS:${H}\\u003e"}}`,
];

export const ANSWERS: readonly Target[] = [
  answer('answer-events-messages', 'text/event-stream', 'anthropic', EVENTS, EVENT_WORDS),
  answer('answer-events-openai', 'text/event-stream', 'openai', CHUNKS, EVENT_WORDS),
  answer('answer-json', 'application/json', 'anthropic', DOCUMENTS, EVENT_WORDS),
  answer(
    'answer-lines',
    'application/x-ndjson',
    'openai',
    [DOCUMENTS.slice(0, 2).join('\n')],
    EVENT_WORDS,
  ),
  answer(
    'answer-text',
    'text/plain',
    'none',
    [`a <pl:DB_PASS:${H}> b`, '&lt;pl:A'],
    ['\n', ' ', '\\', '&', '%'],
  ),
  answer('answer-untyped', undefined, 'anthropic', [...EVENTS, ...DOCUMENTS, 'text'], EVENT_WORDS),
  {
    name: 'answer-messages',
    seeds: [...EVENTS, ...CHUNKS].map((text) =>
      text.replaceAll(/^(?!data: ).*\n?/gm, '').replaceAll('data: ', ''),
    ),
    words: [...EVENT_WORDS, ...SPELLED],
    run(input) {
      for (const api of ['anthropic', 'openai', 'none'] as const) {
        const restorer = createEventRestorer(grammarOf(api), resolve);
        for (const line of input.toString('latin1').split('\n')) {
          const message = Buffer.from(line, 'latin1');
          const matters = restorer.matters(message);
          const { payload } = restorer.event(message);
          const isSame = payload === message || matters;
          holds(isSame || /pl/.test(line), 'a message that does not matter changed');
        }
        restorer.flush();
      }
    },
  },
  {
    name: 'answer-frames',
    seeds: EVENTS,
    words: EVENT_WORDS,
    run(input) {
      for (const chunks of [[input], byteByByte(input)]) {
        const frames = unlessRefused(['unscannable-body'], () => {
          const framer = createFramer(LIMITS.event);
          return [
            ...chunks.flatMap((chunk) => framer.push(chunk)),
            framer.end() ?? Buffer.alloc(0),
          ];
        });
        if (frames === undefined) {
          holds(input.length > LIMITS.event, 'a short event was refused');
          continue;
        }
        holds(Buffer.concat(frames).equals(input), 'the frames are not the stream');
      }
    },
  },
];
