import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { TEST_APIS } from '../support/apis.ts';
import { findLeaks } from '../support/leaks.ts';
import { useRig } from '../support/rig.ts';
import { makeSecret, makeSecrets } from '../support/secrets.ts';

// Nothing that the provider gets, in no place and no form, holds a secret of any type.
const rig = useRig();
const secrets = makeSecrets(1);
const text = secrets.map(({ type, value }) => `${type}=${value}`).join('\n');

beforeEach(() => rig.provider.forget());

/** Every type was seen and replaced, and nothing of any value arrived. */
function expectRedacted(types = secrets.map(({ type }) => type)): void {
  expect(findLeaks(rig.provider, secrets)).toEqual([]);
  const received = rig.provider.requests
    .map((one) => `${decodeURIComponent(one.url)}\n${one.rawHeaders}\n${one.text()}`)
    .join('\n');
  const decoded =
    received +
    Buffer.from(
      /"(?:data|file_data)":"(?:data:[^,]*,)?([\w+/=]+)"/.exec(received)?.[1] ?? '',
      'base64',
    ).toString();
  const missing = types.filter(
    (type) => !new RegExp(`(<|&lt;|%3C|\\\\u003c)pl:${type}(:|%3A)`).test(decoded),
  );
  expect(missing).toEqual([]);
}

describe.each(TEST_APIS.map((api) => [api.name, api] as const))('%s', (_name, api) => {
  test.each(Object.entries(api.places))('%s', async (_place, body) => {
    const answer = await rig.daemon.ask({ host: api.host, path: api.path, body: body(text) });
    expect(answer.status, answer.text).toBe(200);
    expectRedacted();
  });

  test('escaped as other encoders do', async () => {
    const json = JSON.stringify(api.places['text']?.(text));
    const slashes = json.replaceAll('/', '\\/');
    const unicode = json.replace(/[gsk_-]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`);
    for (const body of [slashes, unicode]) {
      const headers = { 'content-type': 'application/json' };
      // Escaped names of fields are valid JSON too, but the stand-in's answer does not matter here.
      await rig.daemon.ask({ host: api.host, path: api.path, body, headers });
      expectRedacted();
      rig.provider.forget();
    }
  });
});

const send = (contentType: string, body: string | Buffer, more = {}) =>
  rig.daemon.ask({ path: '/v1/other', body, headers: { 'content-type': contentType, ...more } });

describe('other bodies', () => {
  const json = JSON.stringify({ messages: [{ role: 'user', content: text }] });

  test.each([
    ['gzip', gzipSync(json)],
    ['deflate', deflateSync(json)],
    ['br', brotliCompressSync(json)],
    ['gzip, br', brotliCompressSync(gzipSync(json))],
  ])('content-encoding %s', async (coding, body) => {
    await send('application/json', body, { 'content-encoding': coding });
    expectRedacted();
    expect(rig.provider.requests[0]?.headers['content-encoding']).toBeUndefined();
  });

  test('plain text', async () => {
    await send('text/plain', text);
    expectRedacted();
  });

  test('lines of JSON', async () => {
    await send('application/x-ndjson', `${json}\n${json}\n`);
    expectRedacted();
  });

  test('JSON that does not parse', async () => {
    await send('application/json', json.slice(0, -2));
    expectRedacted();
  });

  test('a form', async () => {
    const form = new URLSearchParams(secrets.map(({ type, value }) => [type, value]));
    await send('application/x-www-form-urlencoded', form.toString());
    expectRedacted();
  });

  test('multipart', async () => {
    const part = (name: string, type: string, body: string): string =>
      `--edge\r\nContent-Disposition: form-data; name="${name}"; filename="${name}.txt"\r\nContent-Type: ${type}\r\n\r\n${body}\r\n`;
    const body = `${part('a', 'text/plain', text)}${part('b', 'application/json', json)}--edge--\r\n`;
    await send('multipart/form-data; boundary=edge', body);
    expectRedacted();
  });

  test('no content type at all', async () => {
    await rig.daemon.ask({ path: '/v1/other', body: text });
    expectRedacted();
  });

  test('in chunks that cut every secret', async () => {
    const headers = { 'content-type': 'application/json' };
    await rig.daemon.ask({ path: '/v1/other', body: json, headers, chunk: 7 });
    expectRedacted();
  });
});

describe('outside the body', () => {
  const oneLine = secrets.filter(({ type }) => type !== 'PEM_BLOCK');
  const types = oneLine.map(({ type }) => type);

  test('a header', async () => {
    const value = JSON.stringify({ remotes: oneLine.map((one) => `x ${one.value}`) });
    await rig.daemon.ask({ body: {}, headers: { 'x-codex-turn-metadata': value } });
    expectRedacted(types);
  });

  test('the name of a header is refused', async () => {
    for (const { value } of oneLine.filter(({ value }) => /^[\w.-]+$/.test(value))) {
      const answer = await rig.daemon.ask({ body: {}, headers: { [value]: '1' } });
      expect(answer.headers['x-waterwall']).toBe('unscannable-body');
      expect(answer.text).not.toContain(value);
    }
    expectRedacted([]);
  });

  test('the request target', async () => {
    const query = oneLine.map((one, i) => `q${i}=${encodeURIComponent(one.value)}`).join('&');
    await rig.daemon.ask({ path: `/v1/other?${query}`, body: {} });
    expectRedacted(types);
  });

  test('what the operator is shown', async () => {
    const key = makeSecret('GITHUB_TOKEN', 77);
    const percent = [...key].map((one) => `%${one.charCodeAt(0).toString(16)}`).join('');
    for (const path of [`/v1/files/${key}?a=b`, `/v1/files/${percent}#${key}`]) {
      await rig.daemon.ask({ path, body: {}, headers: { 'session-id': key, 'x-request-id': key } });
    }
    // In the form of one that goes out, and of one that is refused.
    await rig.daemon.ask({ path: `/v1/${key}`, body: '{}', headers: { host: 'other.example' } });
    const state = (await rig.daemon.admin('GET', '/admin/state')).text;
    const lines = JSON.stringify(await rig.daemon.chain());
    for (const shown of [state, rig.daemon.output(), lines]) {
      expect(shown).not.toContain(key);
      expect(shown).not.toContain(percent);
    }
    expect(rig.daemon.output()).toContain('/v1/files/…');
  });

  test("the provider's own credential travels", async () => {
    const key = secrets.find(({ type }) => type === 'ANTHROPIC_KEY')?.value as string;
    await rig.daemon.ask({ body: {}, headers: { 'x-api-key': key } });
    expect(rig.provider.requests[0]?.headers['x-api-key']).toBe(key);
  });
});

test('a body without a secret arrives byte for byte', async () => {
  const body =
    '{ "n": 12345678901234567890,\t"f": 1.0, "e": 1e400, "k":1,"k":2, "u":"\\u00e9\\/é<pl:>" }\n';
  await send('application/json', body);
  expect(rig.provider.requests[0]?.text()).toBe(body);
});

test('around a secret every other byte stays', async () => {
  const [before, after] = [
    '{ "n": 12345678901234567890 , "t":\t"a\\u00e9\\/ ',
    ' z\\n" , "k":1,"k":1.0 }\n',
  ];
  const value = secrets.find(({ type }) => type === 'AWS_ACCESS_KEY')?.value as string;
  await send('application/json', before + value + after);
  const arrived = rig.provider.requests[0]?.text() ?? '';
  expect(arrived.startsWith(before)).toBe(true);
  expect(arrived.endsWith(after)).toBe(true);
  expect(arrived.slice(before.length, -after.length)).toMatch(/^<pl:AWS_ACCESS_KEY:[0-9a-f]{16}>$/);
});
