import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { readingsOf } from '../fuzz/readings.ts';
import type { Ask } from '../support/client.ts';
import { useRig } from '../support/rig.ts';
import { makeSecret } from '../support/secrets.ts';
import { readAll, tlsTunnel } from '../support/tunnel.ts';

// What somebody would try who wants a secret to pass: lies about types, charsets and codings, odd
// places, documents that two readers read in two ways. Each time either nothing leaves, with a code,
// or what leaves holds no secret that a reader could find.

const HOST = 'api.anthropic.com';
const DB = 'hunter2-Pa55w0rd';
const rig = useRig({
  files: {
    'known_secrets.yaml': JSON.stringify({ values: [{ type: 'DB_PASSWORD', value: DB }] }),
  },
});

/** Secrets that nobody met before: what was met once is found by itself. */
interface Fresh {
  readonly aws: string;
  readonly github: string;
  readonly chosen: string;
  /** All of them and the known one, in one line. */
  readonly all: string;
}

let drawn = 0;
function fresh(): Fresh {
  const seed = 900 + drawn++;
  const aws = makeSecret('AWS_ACCESS_KEY', seed);
  const github = makeSecret('GITHUB_TOKEN', seed);
  // Known by its name alone.
  const chosen = `${makeSecret('GROQ_KEY', seed).slice(6, 20)}7Q`;
  return { aws, github, chosen, all: `${aws} ${github} ${DB} password="${chosen}"` };
}

/** Which of the secrets a reader finds in what arrived. */
function leaks({ aws, github, chosen }: Fresh): string[] {
  const { requests } = rig.provider;
  const heads = requests.map(({ url, rawHeaders }) => Buffer.from([url, ...rawHeaders].join('\n')));
  const bodies = requests.map((request) => request.body());
  const texts = [
    rig.provider.received().toString('latin1'),
    ...[...heads, ...bodies].flatMap(readingsOf),
    ...bodies.flatMap((body) => [
      body.toString('utf16le'),
      utf16be(body.toString('latin1')).toString('latin1'),
    ]),
  ];
  return [aws, github, DB, chosen].filter((secret) => texts.some((text) => text.includes(secret)));
}

const JSON_TYPE = { 'content-type': 'application/json' };
const message = (content: unknown): string =>
  JSON.stringify({ messages: [{ role: 'user', content }] });
const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64');
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const utf16be = (text: string): Buffer => utf16(text).swap16();
const utf7 = (text: string): string => `+${base64(utf16be(text)).replace(/=+$/, '')}-`;
const codes = (text: string): string =>
  [...text].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
const percent = (text: string): string =>
  [...text].map((char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`).join('');
const document = (text: string): object => ({
  type: 'document',
  source: { type: 'base64', media_type: 'text/plain', data: base64(text) },
});
const form = (...parts: string[]): Partial<Ask> => ({
  headers: { 'content-type': 'multipart/form-data; boundary=b' },
  body: Buffer.from(`${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--`, 'latin1'),
});
const typed = (type: string, body: string | Buffer): Partial<Ask> => ({
  headers: { 'content-type': type },
  body,
});
const coded = (coding: string, body: Buffer): Partial<Ask> => ({
  headers: { ...JSON_TYPE, 'content-encoding': coding },
  body,
});
const fields = (...raw: string[]): readonly string[] => ['Host', HOST, ...raw];

type Attack = readonly [
  name: string,
  outcome: 'sent' | string,
  make: (secrets: Fresh) => Partial<Ask>,
];

const ATTACKS: Readonly<Record<string, readonly Attack[]>> = {
  'a content type that lies': [
    ['JSON as text', 'sent', ({ all }) => typed('text/plain', message(all))],
    ['JSON as an image', 'sent', ({ all }) => typed('image/png', message(all))],
    ['JSON as bytes', 'sent', ({ all }) => typed('application/octet-stream', message(all))],
    [
      'JSON as a form',
      'sent',
      ({ all }) => typed('application/x-www-form-urlencoded', message(all)),
    ],
    [
      'JSON as multipart',
      'unscannable-body',
      ({ all }) => typed('multipart/form-data', message(all)),
    ],
    [
      'a form as JSON',
      'sent',
      ({ all }) => typed('application/json', `a=${encodeURIComponent(all)}`),
    ],
    ['multipart as text', 'sent', ({ all }) => typed('text/plain', `--b\r\n\r\n${all}\r\n--b--`)],
    [
      'text that begins as a PDF',
      'sent',
      ({ all }) => typed('application/pdf', `%PDF-1.4\n${all}`),
    ],
    [
      'an image as JSON',
      'unscannable-body',
      ({ all }) => typed('application/json', Buffer.from(`\x89PNG\r\n\x1a\n\0${all}`, 'latin1')),
    ],
    [
      'two types',
      'sent',
      ({ all }) => ({
        headers: fields(
          'Content-Type',
          'application/json',
          'Content-Type',
          'text/plain; charset=utf-16',
          'Content-Length',
          `${message(all).length}`,
        ),
        body: message(all),
      }),
    ],
  ],
  'a charset': [
    [
      'UTF-16, declared',
      'unscannable-body',
      ({ all }) => typed('application/json; charset=utf-16', utf16(message(all))),
    ],
    [
      'UTF-16, not declared',
      'unscannable-body',
      ({ all }) => typed('application/json', utf16(message(all))),
    ],
    [
      'UTF-16 with a mark and no type',
      'unscannable-body',
      ({ all }) => ({ body: utf16(`\ufeff${all}`) }),
    ],
    [
      'UTF-16 the other way round',
      'unscannable-body',
      ({ all }) => ({ body: utf16be(`\ufeff${all}`) }),
    ],
    [
      'UTF-7, declared',
      'unscannable-body',
      ({ all }) => typed('text/plain; charset=utf-7', utf7(all)),
    ],
    [
      'two charsets',
      'unscannable-body',
      ({ all }) => typed('text/plain; charset=utf-8; charset=utf-16', utf16(all)),
    ],
    ['Latin-1', 'unscannable-body', ({ all }) => typed('text/plain; charset=iso-8859-1', all)],
    ['a byte order mark', 'sent', ({ all }) => typed('application/json', `\ufeff${message(all)}`)],
    [
      'UTF-16 in a base64 part',
      'unscannable-body',
      ({ all }) => form(`Content-Transfer-Encoding: base64\r\n\r\n${base64(utf16(all))}`),
    ],
  ],
  'JSON that two readers read in two ways': [
    [
      'names that stand twice',
      'sent',
      ({ all }) =>
        typed(
          'application/json',
          `{"messages":[{"role":"user","content":"a","content":${JSON.stringify(all)}}],"messages":[]}`,
        ),
    ],
    [
      'a type that stands twice',
      'sent',
      ({ all }) =>
        typed(
          'application/json',
          `{"messages":[{"content":[{"type":"thinking","type":"text","thinking":${JSON.stringify(all)}}]}]}`,
        ),
    ],
    [
      'a type that stands twice, once escaped',
      'sent',
      ({ all }) =>
        typed(
          'application/json',
          `{"messages":[{"content":[{"type":"thinking","t\\u0079pe":"text","thinking":${JSON.stringify(all)}}]}]}`,
        ),
    ],
    [
      'comments, NaN, a comma too many',
      'sent',
      ({ all }) => typed('application/json', `{"a":NaN,// x\n"b":${JSON.stringify(all)},}`),
    ],
    [
      'what follows the end',
      'sent',
      ({ all }) => typed('application/json', `{}${JSON.stringify(all)}`),
    ],
    ['a NUL', 'unscannable-body', ({ all }) => typed('application/json', `{"a":"${all}\0"}`)],
    ['an escaped NUL', 'sent', ({ all }) => typed('application/json', message(`\0${all}\0`))],
    [
      'more depth than parsers take',
      'sent',
      ({ all }) =>
        typed('application/json', `${'['.repeat(600)}${JSON.stringify(all)}${']'.repeat(600)}`),
    ],
    [
      'every character by its code',
      'sent',
      ({ github, aws }) => typed('application/json', `{"a":"${codes(`${github} ${aws} ${DB}`)}"}`),
    ],
    [
      'by its code three strings deep',
      'sent',
      ({ github }) =>
        typed(
          'application/json',
          message(JSON.stringify(JSON.stringify(codes(`${github} ${DB}`)))),
        ),
    ],
    [
      'JSON in JSON in JSON in JSON',
      'sent',
      ({ github }) =>
        typed(
          'application/json',
          message([1, 2, 3, 4].reduce((text) => JSON.stringify({ a: text }), `${github} ${DB}`)),
        ),
    ],
  ],
  files: [
    ['text in base64', 'sent', ({ all }) => typed('application/json', message([document(all)]))],
    [
      'text as an image',
      'sent',
      ({ all }) =>
        typed(
          'application/json',
          message([
            {
              type: 'image',
              source: { type: 'base64', media_type: 'image/png', data: base64(all) },
            },
          ]),
        ),
    ],
    [
      'gzip in base64',
      'unscannable-body',
      ({ all }) =>
        typed(
          'application/json',
          message([
            {
              type: 'document',
              source: { type: 'base64', media_type: 'text/plain', data: base64(gzipSync(all)) },
            },
          ]),
        ),
    ],
    [
      'in lines of JSON',
      'sent',
      ({ github }) => typed('application/x-ndjson', `{}\n${message([document(github)])}\n`),
    ],
    [
      'behind a byte order mark',
      'sent',
      ({ github }) => typed('application/json', `\ufeff${message([document(github)])}`),
    ],
    [
      'in JSON that does not end',
      'sent',
      ({ github }) => typed('application/json', message([document(github)]).slice(0, -1)),
    ],
  ],
  codings: [
    ['gzip', 'sent', ({ all }) => coded('gzip', gzipSync(message(all)))],
    [
      'gzip that nobody declared',
      'unscannable-body',
      ({ all }) => typed('application/json', gzipSync(message(all))),
    ],
    [
      'deflate as bytes',
      'unscannable-body',
      ({ all }) => typed('application/octet-stream', deflateSync(message(all))),
    ],
    [
      'five layers',
      'encoding-unsupported',
      ({ all }) =>
        coded(
          'gzip,gzip,gzip,gzip,gzip',
          [1, 2, 3, 4, 5].reduce((body: Buffer) => gzipSync(body), Buffer.from(all)),
        ),
    ],
    [
      'two fields',
      'sent',
      ({ all }) => {
        const body = brotliCompressSync(gzipSync(message(all)));
        return {
          headers: fields(
            'Content-Type',
            'application/json',
            'Content-Encoding',
            'gzip',
            'Content-Encoding',
            'br',
            'Content-Length',
            `${body.length}`,
          ),
          body,
        };
      },
    ],
    [
      'what follows gzip',
      'unscannable-body',
      ({ all }) => coded('gzip', Buffer.concat([gzipSync('{}'), Buffer.from(all)])),
    ],
    [
      'what follows brotli',
      'sent',
      ({ all }) => coded('br', Buffer.concat([brotliCompressSync('{}'), Buffer.from(all)])),
    ],
    [
      'two members of gzip with a token across',
      'sent',
      ({ github }) =>
        coded(
          'gzip',
          Buffer.concat([
            gzipSync(`{"a":"${github.slice(0, 9)}`),
            gzipSync(`${github.slice(9)}"}`),
          ]),
        ),
    ],
    [
      'the name in gzip’s own header',
      'sent',
      ({ all }) => {
        const zipped = Buffer.from(gzipSync('{}'));
        zipped[3] = 8;
        return coded(
          'gzip',
          Buffer.concat([zipped.subarray(0, 10), Buffer.from(`${all}\0`), zipped.subarray(10)]),
        );
      },
    ],
    [
      'aws-chunked',
      'encoding-unsupported',
      ({ all }) => coded('aws-chunked', Buffer.from(message(all))),
    ],
  ],
  multipart: [
    [
      'names of fields and files',
      'sent',
      ({ github, aws }) =>
        form(
          `Content-Disposition: form-data; name="${DB}"; filename="${github}.txt"\r\nX-Key: ${aws}\r\n\r\nx`,
        ),
    ],
    [
      'an encoded file name',
      'sent',
      ({ github }) =>
        form(
          `Content-Disposition: form-data; name="a"; filename*=utf-8''${percent(github)}\r\n\r\nx`,
        ),
    ],
    [
      'an encoded word',
      'sent',
      ({ github }) =>
        form(
          `Content-Disposition: form-data; name="a"; filename="=?utf-8?B?${base64(github)}?="\r\n\r\nx`,
        ),
    ],
    [
      'quoted-printable',
      'unscannable-body',
      () => form('Content-Transfer-Encoding: quoted-printable\r\n\r\n=41=4B'),
    ],
    [
      'a part behind an image',
      'sent',
      ({ all }) =>
        form(
          'Content-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n\0',
          `Content-Type: text/plain\r\n\r\n${all}`,
        ),
    ],
    [
      'a delimiter in an image',
      'sent',
      ({ all }) => form(`Content-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n\0\n--b \t\n\n${all}`),
    ],
    [
      'before and after the parts',
      'sent',
      ({ all }) =>
        typed('multipart/form-data; boundary=b', `${all}\r\n--b\r\n\r\nx\r\n--b--\r\n${all}`),
    ],
    [
      'a boundary that is one',
      'unscannable-body',
      ({ github }) =>
        typed(`multipart/form-data; boundary=${github}`, `--${github}\r\n\r\nx\r\n--${github}--`),
    ],
  ],
  'the head': [
    ['a query', 'sent', ({ all }) => ({ path: `/v1/x?a=${encodeURIComponent(all)}`, body: '{}' })],
    [
      'a query in brackets',
      'sent',
      ({ aws, github, chosen }) => ({
        path: `/v1/x?a=${aws}&b[${github}]=1&password=${chosen}&d=${DB}`,
        body: '{}',
      }),
    ],
    [
      'segments and their parameters',
      'sent',
      ({ aws, github }) => ({ path: `/v1/${aws}/${github};x=${DB}/y`, body: '{}' }),
    ],
    [
      'percent signs of percent signs',
      'sent',
      ({ github }) => ({ path: `/v1/${percent(percent(github))}`, body: '{}' }),
    ],
    [
      'base64 in a segment',
      'sent',
      ({ github }) => ({
        path: `/v1/files/${base64(github).replace(/=+$/, '')}/content`,
        body: '{}',
      }),
    ],
    [
      'another API’s credential parameters',
      'sent',
      ({ aws, github }) => ({
        path: `/v1/x?key=${aws}&api_key=${github}&access_token=${DB}`,
        body: '{}',
      }),
    ],
    [
      'values',
      'sent',
      ({ all, github }) => ({
        headers: { 'x-a': all, 'x-b': base64(github), 'x-c': encodeURIComponent(all) },
        body: '{}',
      }),
    ],
    ['a name', 'unscannable-body', ({ aws }) => ({ headers: { [`x-${aws}`]: '1' }, body: '{}' })],
    [
      'fields of one hop',
      'sent',
      ({ aws, github }) => ({
        headers: {
          connection: `x-a, ${github}`,
          'x-a': aws,
          'proxy-authorization': `Basic ${base64(`a:${DB}`)}`,
        },
        body: '{}',
      }),
    ],
    [
      'who asks, and from where',
      'sent',
      ({ aws, github, chosen }) => ({
        headers: { 'user-agent': `a/${github}`, referer: `https://x/?password=${chosen}&a=${aws}` },
        body: '{}',
      }),
    ],
    [
      'what is accepted',
      'sent',
      ({ github }) => ({
        headers: { 'accept-encoding': `gzip, ${github}`, accept: DB },
        body: '{}',
      }),
    ],
    [
      'a coding',
      'encoding-unsupported',
      ({ github }) => ({ headers: { 'content-encoding': github }, body: '{}' }),
    ],
    [
      'a parameter of the type',
      'sent',
      ({ github }) => typed(`application/json; x=${github}`, '{}'),
    ],
  ],
  methods: [
    [
      'DELETE with a body',
      'sent',
      ({ all }) => ({ method: 'DELETE', ...typed('application/json', message(all)) }),
    ],
    [
      'GET with a body',
      'sent',
      ({ all }) => ({ method: 'GET', ...typed('application/json', message(all)) }),
    ],
    [
      'byte by byte in chunks',
      'sent',
      ({ all }) => ({ chunk: 1, ...typed('application/json', message(all)) }),
    ],
  ],
};

beforeEach(() => rig.provider.forget());

describe.each(Object.entries(ATTACKS))('%s', (_kind, attacks) => {
  test.each(attacks)('%s: %s', async (_name, outcome, make) => {
    const secrets = fresh();
    const answer = await rig.daemon.ask({ path: '/v1/other', ...make(secrets) });
    const code = answer.headers['x-waterwall'];
    expect([code ?? 'sent', answer.status === 200], answer.text).toEqual([
      outcome,
      outcome === 'sent',
    ]);
    expect(rig.provider.requests).toHaveLength(outcome === 'sent' ? 1 : 0);
    expect(leaks(secrets)).toEqual([]);
  });
});

describe('the bytes of HTTP', () => {
  const head = (...lines: string[]): string => [`Host: ${HOST}`, ...lines, '', ''].join('\r\n');
  const post = (secrets: Fresh, ...lines: string[]): string => {
    const body = message(secrets.all);
    return `${head('Content-Type: application/json', ...lines, `Content-Length: ${body.length}`)}${body}`;
  };
  test.each<[string, number, (secrets: Fresh) => string]>([
    [
      'trailers',
      1,
      ({ github }) =>
        `POST /v1/x HTTP/1.1\r\n${head('Transfer-Encoding: chunked', 'Trailer: x-t')}2\r\n{}\r\n0\r\nx-t: ${github} ${DB}\r\n\r\n`,
    ],
    [
      'extensions of chunks',
      1,
      ({ github }) =>
        `POST /v1/x HTTP/1.1\r\n${head('Transfer-Encoding: chunked')}2;a=${github}\r\n{}\r\n0\r\n\r\n`,
    ],
    [
      'a folded field',
      0,
      ({ github }) => `GET /v1/x HTTP/1.1\r\n${head(`X-A: a\r\n ${github}\r\n\t${DB}`)}`,
    ],
    [
      'HTTP/1.0',
      1,
      (secrets) => `POST /v1/x HTTP/1.0\r\n${post(secrets, `X-A: ${secrets.github}`)}`,
    ],
    [
      'the whole URL as a target',
      0,
      ({ github }) => `GET https://${HOST}/v1/${github} HTTP/1.1\r\n${head()}`,
    ],
    ['a fragment', 1, ({ github }) => `GET /v1/x#${github} HTTP/1.1\r\n${head()}`],
    [
      'requests in one packet',
      2,
      (secrets) =>
        `POST /v1/a HTTP/1.1\r\n${post(secrets)}POST /v1/b HTTP/1.1\r\n${post(secrets, `X-A: ${secrets.aws}`)}`,
    ],
    [
      'an expectation',
      0,
      ({ github }) => `POST /v1/x HTTP/1.1\r\n${head(`Expect: ${github}`, 'Content-Length: 2')}{}`,
    ],
    [
      'an upgrade to h2c',
      0,
      ({ github }) =>
        `GET /v1/x HTTP/1.1\r\n${head('Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', `HTTP2-Settings: ${base64(github)}`)}`,
    ],
    ['another Host', 0, ({ github }) => `GET /v1/x HTTP/1.1\r\nHost: ${github}\r\n\r\n`],
    [
      'what follows the length',
      1,
      ({ all }) =>
        `POST /v1/x HTTP/1.1\r\n${head('Content-Type: application/json', 'Content-Length: 2')}{}${all}\r\n\r\n`,
    ],
    [
      'a method of its own',
      1,
      ({ github }) => `PROPFIND /v1/${github} HTTP/1.1\r\n${head('Content-Length: 2')}{}`,
    ],
  ])('%s', async (_name, arriving, make) => {
    const secrets = fresh();
    const socket = await tlsTunnel(rig.daemon, HOST);
    socket.write(Buffer.from(make(secrets), 'latin1'));
    const answers = arriving;
    await readAll(socket, {
      enough: (text) =>
        answers > 0 && (text.match(/HTTP\/1\.1 200/g) ?? []).length === answers && /\}$/.test(text),
      timeout: 2000,
    });
    socket.destroy();
    expect(rig.provider.requests).toHaveLength(arriving);
    expect(leaks(secrets)).toEqual([]);
  });
});

test('what came back of it all is what was sent', async () => {
  const { all } = fresh();
  const answer = await rig.daemon.ask({
    path: '/v1/other',
    body: all,
    headers: { 'content-type': 'text/plain', 'x-session-id': 'back' },
  });
  expect(answer.json()['echo']).toBe(all);
});
