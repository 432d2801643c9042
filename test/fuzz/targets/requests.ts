import type { ApiName } from '../../../lib/providers/types.ts';
import { redactHeaders } from '../../../lib/redact/headers.ts';
import { redactTarget } from '../../../lib/redact/target.ts';
import { createPipeline, type Pipeline } from '../../pipeline/pipeline.ts';
import { dumped } from '../../redact/dumps.ts';
import { TEST_APIS } from '../../support/apis.ts';
import { readingsOf } from '../readings.ts';
import { holds, type Target, unlessRefused } from '../target.ts';
import { KNOWN, TOKEN, WRITTEN_SECRETS } from './secrets.ts';

// Whatever a client sends: what may not leave is refused by a code, and of what leaves nobody can
// read a secret by the decodings that are promised. All else stays byte for byte.

const REFUSALS = [
  'unscannable-body',
  'secret-in-opaque-field',
  'placeholder-collision',
  'store-full',
] as const;

/** A piece of what leaves that did not come in. */
const OURS = /^"?<pl:[A-Z0-9_]{1,32}:[0-9a-f]{16}>"?$|^-esc$/;

const pipelines = new Map<ApiName, Pipeline>();

/** One for all inputs: its store only grows by what they hold. */
function pipelineOf(api: ApiName): Pipeline {
  const known = pipelines.get(api);
  if (known !== undefined) return known;
  const made = createPipeline(api, KNOWN);
  pipelines.set(api, made);
  return made;
}

function assertNoSecret(message: Buffer): void {
  for (const reading of readingsOf(message)) {
    for (const secret of [...KNOWN, TOKEN]) {
      holds(!reading.includes(secret), 'a secret left', { reading, secret });
    }
  }
}

function body(
  name: string,
  contentType: string | undefined,
  api: ApiName,
  seeds: Target['seeds'],
  words: readonly string[],
): Target {
  return {
    name,
    seeds,
    words: [...words, ...WRITTEN_SECRETS],
    run(input) {
      const { redact } = pipelineOf(api);
      const redacted = unlessRefused(REFUSALS, () => redact(input, contentType));
      if (redacted === undefined) return;
      const message = Buffer.concat(redacted.parts);
      holds(message.length === redacted.length, 'the length is not that of the parts');
      holds(redacted.changed || message.equals(input), 'it changed without saying so');
      assertNoSecret(message);
      let at = 0;
      for (const part of redacted.parts) {
        const piece = Buffer.from(part);
        const found = input.indexOf(piece, at);
        if (found >= at) at = found + piece.length;
        else if (contentType?.startsWith('multipart') !== true) {
          const isFile = /^[A-Za-z0-9+/]+={0,2}$/.test(piece.toString('latin1'));
          holds(isFile || OURS.test(piece.toString('latin1')), 'another byte changed', { piece });
        }
      }
      const again = redact(input, contentType);
      holds(Buffer.concat(again.parts).equals(message), 'it is not the same the second time');
    },
  };
}

const JSON_WORDS = [
  '"',
  '\\"',
  '\\\\',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  'null',
  '1e400',
  '-0',
  '\\u00',
  '\\ud83d',
  '\\u0022',
  '\\u005c',
  '\\/',
  '"type":"thinking"',
  '"thinking":"',
  '"signature":"',
  '"data":"',
  '"arguments":"',
  '"base64"',
  '"media_type":"text/plain"',
  'data:text/plain;base64,',
  '"file_data":"',
  '"source":',
  '"messages":',
  '"content":',
  '"text":',
  '"input":',
  '\ufeff',
  '//',
  '<pl:',
  '\\u003cpl:A:0123456789abcdef\\u003e',
  '<pl:DB_PASSWORD:',
  'password=',
  '\n',
  '\u0000',
];

const [messages, chat, responses] = TEST_APIS;

const requestsOf = (api: (typeof TEST_APIS)[number] | undefined): string[] =>
  Object.values(api?.places ?? {}).map((make) => JSON.stringify(make(`${KNOWN[0]} ${TOKEN}`)));

const PARTS = [
  '--edge\r\n',
  '\r\n--edge',
  '--edge--',
  '--',
  'edge',
  '\r\n',
  '\n',
  '\r\n\r\n',
  'Content-Type: application/json\r\n',
  'Content-Type: text/plain; charset=utf-16\r\n',
  'content-type: multipart/mixed; boundary=inner\r\n',
  '--inner\r\n\r\n',
  '\r\n--inner--',
  'Content-Transfer-Encoding: base64\r\n',
  'Content-Transfer-Encoding: quoted-printable\r\n',
  'Content-Encoding: gzip\r\n',
  'Content-Disposition: form-data; name="a"; filename*=utf-8\'\'',
  ' folded\r\n',
  '\x89PNG\r\n\x1a\n',
];

export const REQUESTS: readonly Target[] = [
  body('request-messages', 'application/json', 'anthropic', requestsOf(messages), JSON_WORDS),
  body('request-chat', 'application/json', 'openai', requestsOf(chat), JSON_WORDS),
  body('request-responses', 'application/json', 'openai', requestsOf(responses), JSON_WORDS),
  body(
    'request-lines',
    'application/x-ndjson',
    'none',
    ['{"a":"b"}\n{"a":1}\n', JSON.stringify(dumped(TOKEN, 16, 'xxd'))],
    JSON_WORDS,
  ),
  body(
    'request-text',
    'text/plain',
    'none',
    [
      `a ${TOKEN}\n\\n${KNOWN[1]}`,
      ...(['xxd', 'hexdump', 'od'] as const).map((tool) =>
        dumped(`a ${TOKEN}\n${KNOWN[0]}`, 16, tool),
      ),
    ],
    [...JSON_WORDS, '%', '%25', '+', '00000000: ', '0000020 ', '00000010  ', '  |', '*\n'],
  ),
  body(
    'request-untyped',
    undefined,
    'none',
    ['{"a":"b"}', 'text', '%PDF-1.4\n', 'GIF89a'],
    JSON_WORDS,
  ),
  body(
    'request-form',
    'application/x-www-form-urlencoded',
    'none',
    [`a=b&c=${encodeURIComponent(KNOWN[1])}&d=${TOKEN}`],
    ['&', '=', '+', '%', '%25', '%2', '%00', '%u0041', ';'],
  ),
  body(
    'request-multipart',
    'multipart/form-data; boundary=edge',
    'none',
    [
      `--edge\r\nContent-Disposition: form-data; name="a"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n${TOKEN}\r\n--edge\r\nContent-Type: application/json\r\n\r\n{"a":"${KNOWN[0]}"}\r\n--edge--\r\n`,
      `--edge\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(KNOWN[0]).toString('base64')}\r\n--edge--`,
      '--edge\r\nContent-Type: multipart/mixed; boundary=inner\r\n\r\n--inner\r\n\r\na\r\n--inner--\r\n--edge--',
    ],
    [...PARTS, ...JSON_WORDS.slice(0, 12)],
  ),
  {
    name: 'request-head',
    seeds: [
      `/v1/messages?beta=true&q=${encodeURIComponent(KNOWN[0])}\nx-a: b\nx-b: ${TOKEN}`,
      `/v1/${TOKEN}/x?a=%3Cpl%3AA%3A0123456789abcdef%3E\ncookie: a\nauthorization: Bearer ${TOKEN}`,
    ],
    words: [
      ...WRITTEN_SECRETS,
      '\n',
      ': ',
      '?',
      '&',
      '=',
      '+',
      '%',
      '%25',
      '%2B',
      '%20',
      '"',
      '\\',
      '<pl:',
    ],
    run(input) {
      const { context } = pipelineOf('anthropic');
      // As a parser of HTTP gives them: no control character, each byte a character.
      const [target = '', ...lines] = input
        .toString('latin1')
        .replace(/[^\n\x20-\x7e\x80-\xff]/g, '')
        .split('\n');
      const raw = lines.flatMap((line) => {
        const colon = line.indexOf(':');
        return colon <= 0 ? [] : [line.slice(0, colon), line.slice(colon + 1).trim()];
      });
      const path = `/${target.replaceAll(' ', '')}`;
      const sent = unlessRefused(REFUSALS, () => ({
        target: redactTarget(path, context).target,
        headers: redactHeaders(raw, context).raw,
      }));
      if (sent === undefined) return;
      assertNoSecret(Buffer.from(sent.target, 'latin1'));
      holds(/^\/[\x21-\xff]*$/.test(sent.target), 'no request target', sent);
      sent.headers.forEach((value, i) => {
        if (i % 2 === 0) holds(value === raw[i], 'a name changed', value);
        else if (!isCredential(raw[i - 1] as string)) assertNoSecret(Buffer.from(value, 'latin1'));
        holds(!/[\r\n\0]/.test(value), 'a value holds a line end', value);
      });
    },
  },
];

function isCredential(name: string): boolean {
  return ['authorization', 'x-api-key', 'cookie', 'host'].includes(name.toLowerCase());
}
