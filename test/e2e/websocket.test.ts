import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startDaemon } from '../support/daemon.ts';
import { canInject, inject } from '../support/inject.ts';
import { findLeaks } from '../support/leaks.ts';
import { startProvider } from '../support/provider.ts';
import { useRig } from '../support/rig.ts';
import { makeSecret, makeSecrets } from '../support/secrets.ts';
import { acceptKey } from '../support/stand-in/websocket.ts';
import { readAll, tlsTunnel } from '../support/tunnel.ts';
import { until } from '../support/until.ts';
import {
  type Client,
  openWebSocket,
  playProvider,
  refusedWebSocket,
} from '../support/web-socket.ts';

// WebSockets on permitted hosts, with real sockets on both sides. The provider is the stand-in's
// own Responses API, or, on a path of its own, played by the test.
const rig = useRig(
  { config: { limits: { body: '256KiB', event: '256KiB' } } },
  { webSocket: 'accept' },
);
const HOST = 'api.openai.com';
const PLACEHOLDER = /<pl:[A-Z0-9_]+:[0-9a-f]{16}>/g;
const secrets = makeSecrets(77);
const KEY = makeSecret('GITHUB_TOKEN', 77);
const OTHER = makeSecret('AWS_ACCESS_KEY', 77);
const PEM = makeSecret('PEM_BLOCK', 77);

let paths = 0;
const newPath = (): string => `/played/${paths++}`;

let opened: Client[] = [];
beforeEach(() => {
  rig.provider.forget();
  opened = [];
});
afterEach(() => {
  for (const { socket } of opened) socket.terminate();
  expect(findLeaks(rig.provider, secrets)).toEqual([]);
});

async function open(options: Parameters<typeof openWebSocket>[1] = {}) {
  const client = await openWebSocket(rig.daemon, options);
  opened.push(client);
  return client;
}

/** A client and the provider's end of its connection. */
async function openPlayed(
  options: Parameters<typeof openWebSocket>[1] = {},
  server: Parameters<typeof playProvider>[2] = {},
) {
  const path = newPath();
  const playing = playProvider(rig.provider, path, server);
  const client = await open({ path, ...options });
  return { client, provider: await playing };
}

const user = (content: string) => ({ role: 'user', content });
const create = (fields: object) => ({ type: 'response.create', model: 'm', ...fields });

/** The messages of the answer that was completed last. */
async function answerOf(client: Client): Promise<Record<string, unknown>[]> {
  const before = client.messages.length;
  await until(() =>
    client.messages.slice(before).some((one) => one.includes('"response.completed"')),
  );
  return client.messages.slice(before).map((one) => JSON.parse(one) as Record<string, unknown>);
}

async function ask(client: Client, fields: object): Promise<Record<string, unknown>[]> {
  const answer = answerOf(client);
  client.send(create(fields));
  return answer;
}

/** The id of the response that an answer begins with. */
const idOf = ([first]: readonly Record<string, unknown>[]): string =>
  (first as { response: { id: string } }).response.id;

const deltas = (answer: readonly Record<string, unknown>[], kind: string): string =>
  answer
    .filter(({ type }) => type === `response.${kind}.delta`)
    .map(({ delta }) => delta)
    .join('');

describe('the Responses API', () => {
  test('a secret goes out as its placeholder and comes back in every event', async () => {
    const client = await open();
    const answer = await ask(client, { input: [user(`say ${KEY}`)] });
    expect(rig.provider.messages.join()).toMatch(/say <pl:GITHUB_TOKEN:[0-9a-f]{16}>/);
    expect(deltas(answer, 'output_text')).toBe(`say ${KEY}`);
    const whole = JSON.stringify(answer);
    expect(whole.match(PLACEHOLDER)).toBeNull();
    // done, content_part.done, output_item.done and the snapshot
    expect(whole.split(KEY).length - 1).toBeGreaterThanOrEqual(4);
  });

  test('all but the secret stays as it was, byte for byte', async () => {
    const { client, provider } = await openPlayed();
    const message = `{ "type" : "response.create",  "n":1.50e+3, "u":"\\u00e9é\\/", "k":"${KEY}" }`;
    client.send(message);
    await until(() => provider.messages.length === 1);
    expect(provider.messages[0]?.replace(PLACEHOLDER, KEY)).toBe(message);
    const event = '{ "type":"custom" , "n":1.50e+3,"u":"\\u00e9é\\/" }';
    provider.socket.send(event);
    await client.got(1);
    expect(client.messages).toEqual([event]);
  });

  test.each([
    ['quotes and newlines', `a "quoted" \\ text\nwith ${PEM}\nand\ttabs`],
    ['a key', `TOKEN="${KEY}"`],
  ])('tool arguments with %s come back as valid JSON', async (_name, text) => {
    const client = await open();
    const script = `@@[{"tool":"write","input":{"content":"{{echo}}"}}]@@`;
    const answer = await ask(client, {
      tools: [{ type: 'function', name: 'write' }],
      input: [user(script), { role: 'assistant', content: 'go on' }, user(text)],
    });
    const streamed = deltas(answer, 'function_call_arguments');
    expect(JSON.parse(streamed)).toEqual({ content: text });
    const done = answer.find(({ type }) => type === 'response.output_item.done');
    const { item } = done as { item: { arguments: string } };
    expect(JSON.parse(item.arguments)).toEqual({ content: text });
  });

  test('several answers on one connection, with increments only', async () => {
    const client = await open();
    const first = await ask(client, { input: [user(`remember ${KEY}`)] });
    const id = idOf(first);
    for (const round of [1, 2, 3]) {
      const script = '@@[{"text":"it was {{old}}"}]@@';
      const answer = await ask(client, {
        previous_response_id: id,
        tools: [{ type: 'function', name: 'x' }],
        input: [user(`${script} round ${round}`)],
      });
      expect(JSON.stringify(answer.at(-1))).not.toMatch(PLACEHOLDER);
      expect(rig.provider.messages.at(-1)).not.toContain('<pl:');
    }
  });

  test('an answer is continued on another connection by its id', async () => {
    const one = await open();
    const { provider, client } = await openPlayed();
    const first = await ask(one, { input: [user(`remember ${OTHER}`)] });
    const placeholder = rig.provider.messages.join().match(PLACEHOLDER)?.[0];
    const id = idOf(first);
    provider.socket.send(JSON.stringify({ type: 'x', text: placeholder }));
    await client.got(1);
    expect(client.messages[0]).toContain(placeholder);
    client.send(create({ previous_response_id: id, input: [] }));
    await until(() => provider.messages.length === 1);
    provider.socket.send(JSON.stringify({ type: 'x', text: placeholder }));
    await client.got(2);
    expect(client.messages[1]).toBe(JSON.stringify({ type: 'x', text: OTHER }));
  });

  test('a placeholder split at every offset is restored', async () => {
    const { client, provider } = await openPlayed();
    client.send(create({ input: KEY }));
    await until(() => provider.messages.length === 1);
    const placeholder = provider.messages[0]?.match(PLACEHOLDER)?.[0] as string;
    const event = (type: string, index: number, fields: object): void =>
      provider.socket.send(JSON.stringify({ type, output_index: index, ...fields }));
    for (let at = 1; at < placeholder.length; at++) {
      event('response.output_text.delta', at, { delta: `a${placeholder.slice(0, at)}` });
      event('response.output_text.delta', at, { delta: `${placeholder.slice(at)}b` });
      event('response.output_text.done', at, {});
    }
    const last = placeholder.length - 1;
    await client.got((one) => one.includes('.done') && one.includes(`"output_index":${last}`));
    const events = client.messages.map((one) => JSON.parse(one) as Record<string, unknown>);
    for (let at = 1; at < placeholder.length; at++) {
      const own = events.filter((one) => one['output_index'] === at);
      expect(own.at(-1)?.['type']).toBe('response.output_text.done');
      expect(deltas(own, 'output_text')).toBe(`a${KEY}b`);
    }
  });

  test('what was held back comes before the close', async () => {
    const { client, provider } = await openPlayed();
    client.send(create({ input: KEY }));
    await until(() => provider.messages.length === 1);
    const tail = String(provider.messages[0]?.match(PLACEHOLDER)?.[0]).slice(0, 20);
    const delta = { type: 'response.output_text.delta', output_index: 0, delta: `end ${tail}` };
    provider.socket.send(JSON.stringify(delta));
    provider.socket.close(1000, 'done');
    expect(await client.closed).toEqual({ code: 1000, reason: 'done' });
    const events = client.messages.map((one) => JSON.parse(one) as Record<string, unknown>);
    expect(deltas(events, 'output_text')).toBe(`end ${tail}`);
  });

  test('a placeholder that another conversation sent stays as it is', async () => {
    const first = await openPlayed({ headers: { 'session-id': 'one' } });
    first.client.send(create({ input: KEY }));
    await until(() => first.provider.messages.length === 1);
    const placeholder = first.provider.messages[0]?.match(PLACEHOLDER)?.[0];
    const second = await openPlayed({ headers: { 'session-id': 'two' } });
    second.provider.socket.send(JSON.stringify({ text: placeholder }));
    await second.client.got(1);
    expect(second.client.messages).toEqual([JSON.stringify({ text: placeholder })]);
  });
});

describe('messages', () => {
  test.each([
    ['text', (secret: string) => `just text with ${secret} in it`],
    ['broken JSON', (secret: string) => `{"a": "${secret}`],
    [
      'JSON below a string',
      (secret: string) => JSON.stringify({ a: JSON.stringify({ b: secret }) }),
    ],
    ['a key of an object', (secret: string) => JSON.stringify({ [secret]: 1 })],
  ])('%s is redacted and restored, on a host of any grammar', async (_name, write) => {
    for (const host of [HOST, 'api.anthropic.com', 'plain.example']) {
      const { client, provider } = await openPlayed({ host });
      client.send(write(KEY));
      await until(() => provider.messages.length === 1);
      const sent = provider.messages[0] as string;
      expect(sent.replace(PLACEHOLDER, KEY)).toBe(write(KEY));
      expect(sent).not.toBe(write(KEY));
      provider.socket.send(sent);
      await client.got(1);
      expect(client.messages).toEqual([write(KEY)]);
    }
  });

  test('a message in fragments, cut at every offset, is one message', async () => {
    const { client, provider } = await openPlayed();
    const message = Buffer.from(JSON.stringify({ type: 'x', text: `é ${KEY}` }));
    for (let at = 0; at <= message.length; at++) {
      client.socket.send(message.subarray(0, at), { binary: false, fin: false });
      client.socket.send(message.subarray(at), { binary: false, fin: true });
    }
    await until(() => provider.messages.length === message.length + 1);
    for (const one of provider.messages) {
      expect(one.replace(PLACEHOLDER, KEY)).toBe(message.toString());
      expect(one).toMatch(PLACEHOLDER);
    }
    const answer = Buffer.from(provider.messages[0] as string);
    for (let at = 0; at <= answer.length; at++) {
      provider.socket.send(answer.subarray(0, at), { binary: false, fin: false });
      provider.socket.send(answer.subarray(at), { binary: false, fin: true });
    }
    await client.got(answer.length + 1);
    expect(new Set(client.messages)).toEqual(new Set([message.toString()]));
  });

  test('frames that arrive byte by byte', async () => {
    const { client, provider } = await openPlayed();
    client.send({ text: KEY });
    await until(() => provider.messages.length === 1);
    const payload = Buffer.from(provider.messages[0] as string);
    const frame = Buffer.concat([Buffer.from([0x81, payload.length]), payload]);
    for (const byte of frame) {
      provider.raw.write(Buffer.from([byte]));
      await sleep(1);
    }
    await client.got(1);
    expect(client.messages).toEqual([JSON.stringify({ text: KEY })]);
  });

  test.each([
    ['both sides', true, true],
    ['the client only', true, false],
    ['nobody', false, true],
  ])('deflate, as offered and taken by %s', async (_name, offered, taken) => {
    const { client, provider } = await openPlayed(
      { perMessageDeflate: offered && { threshold: 0 } },
      { perMessageDeflate: taken && { threshold: 0 } },
    );
    expect(client.socket.extensions).toBe(offered ? 'permessage-deflate' : '');
    expect(provider.socket.extensions).toBe(offered && taken ? 'permessage-deflate' : '');
    for (const round of [1, 2, 3]) {
      const message = JSON.stringify({ round, text: `${'lorem '.repeat(2000)}${KEY}` });
      client.send(message);
      await until(() => provider.messages.length === round);
      expect(provider.messages[round - 1]?.replace(PLACEHOLDER, KEY)).toBe(message);
      provider.socket.send(provider.messages[round - 1] as string);
      await client.got(round);
      expect(client.messages[round - 1]).toBe(message);
    }
  });

  test('an empty message stays empty', async () => {
    const { client, provider } = await openPlayed();
    client.send('');
    await until(() => provider.messages.length === 1);
    provider.socket.send('');
    await client.got(1);
    expect([provider.messages, client.messages]).toEqual([[''], ['']]);
  });

  test('many keep their order both ways, restored ones among others', async () => {
    const { client, provider } = await openPlayed();
    const texts = Array.from({ length: 300 }, (_, i) =>
      JSON.stringify({ i, text: i % 3 === 0 ? KEY : 'x' }),
    );
    for (const text of texts) client.send(text);
    await until(() => provider.messages.length === texts.length);
    expect(provider.messages.map((one) => one.replace(PLACEHOLDER, KEY))).toEqual(texts);
    for (const message of provider.messages) provider.socket.send(message);
    await client.got(texts.length);
    expect(client.messages).toEqual(texts);
  });

  test('each direction is independent of the other', async () => {
    const { client, provider } = await openPlayed();
    provider.socket.send('{"unasked":1}');
    await client.got(1);
    client.send('{"late":1}');
    await until(() => provider.messages.length === 1);
  });

  test('each is a line of the operator, of state and, with a secret, of the log', async () => {
    const before = rig.daemon.output().length;
    const client = await open({ headers: { 'session-id': 'the-session' } });
    await ask(client, { input: [user(KEY)] });
    await ask(client, { input: [user('nothing to hide')] });
    const lines = (): string[] =>
      rig.daemon
        .output()
        .slice(before)
        .split('\n')
        .filter((line) => line.includes(' WS '));
    await until(() => lines().length === 2);
    expect(lines()[0]).toMatch(/WS \/v1\/responses .*101.*redacted GITHUB_TOKEN .*restored \d/);
    expect(lines()[1]).not.toMatch(/redacted|restored/);
    expect(rig.daemon.output().slice(before)).toMatch(/GET \/v1\/responses .*101/);
    const own = (await rig.daemon.chain()).filter((line) => line['session'] === 'the-session');
    expect(new Set(own.map(({ line_type }) => line_type))).toEqual(
      new Set(['redaction', 'detokenization']),
    );
    const state = (await rig.daemon.admin('GET', '/admin/state')).json();
    const activities = (
      state['activities'] as { method?: string; session?: string; kind: string }[]
    ).filter(({ method, session }) => method === 'WS' && session === 'the-session');
    expect(new Set(activities.map(({ kind }) => kind))).toEqual(new Set(['out', 'in']));
    expect(state['totals']).toMatchObject({ in_flight: 0 });
  });
});

describe('the handshake', () => {
  test('target, header fields and subprotocols go on; secrets in them do not', async () => {
    const { client, provider } = await openPlayed({
      protocols: ['realtime', 'openai-insecure-api-key.own'],
      headers: { 'X-Own-Field': 'MiXed', 'x-note': `key ${KEY}`, authorization: `Bearer ${OTHER}` },
    });
    expect(provider.request.rawHeaders).toContain('X-Own-Field');
    expect(provider.request.headers).toMatchObject({
      host: HOST,
      'x-own-field': 'MiXed',
      'x-note': expect.stringMatching(/^key <pl:GITHUB_TOKEN:/),
      'sec-websocket-protocol': 'realtime,openai-insecure-api-key.own',
    });
    expect(client.socket.protocol).toBe('realtime');
    // The provider's own credential; the check for leaks must not count it.
    expect(provider.request.headers.authorization).toBe(`Bearer ${OTHER}`);
    for (const one of rig.provider.upgrades) one.headers.authorization = '';
    rig.provider.forget();
  });

  test('a secret in the target is replaced', async () => {
    const path = newPath();
    const playing = playProvider(rig.provider, path);
    await open({ path: `${path}?model=m&note=${KEY}` });
    expect((await playing).request.url).toMatch(
      new RegExp(`^${path}\\?model=m&note=%3Cpl%3AGITHUB_TOKEN%3A[0-9a-f]{16}%3E$`),
    );
  });

  test('the fields of the answer reach the client; a choice of no subprotocol too', async () => {
    const path = newPath();
    rig.provider.upgrade(path, (request, socket) => {
      const accept = acceptKey(String(request.headers['sec-websocket-key']));
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Turn-State: a b\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
    });
    const client = await open({ path });
    expect(client.answer.headers).toMatchObject({
      'x-turn-state': 'a b',
      'set-cookie': ['a=1', 'b=2'],
    });
    expect(client.answer.headers['sec-websocket-protocol']).toBeUndefined();
  });

  test.each([
    [401, '{"error":{"message":"no such key"}}'],
    [426, ''],
    [503, 'busy'],
  ])('a refusal of the provider (%i) reaches the client with its body', async (status, text) => {
    const path = newPath();
    rig.provider.upgrade(path, (_request, socket) => {
      socket.end(
        `HTTP/1.1 ${status} Whatever\r\nContent-Type: application/json\r\nX-Why: this\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
      );
    });
    const refused = await refusedWebSocket(rig.daemon, { path });
    expect(refused).toMatchObject({ status, text, headers: { 'x-why': 'this' } });
  });

  test('a refusal that quotes what was sent is restored', async () => {
    const path = newPath();
    rig.provider.upgrade(path, (request, socket) => {
      const text = JSON.stringify({ error: request.headers['x-note'] });
      socket.end(
        `HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
      );
    });
    const headers = { 'x-note': KEY };
    const { text } = await refusedWebSocket(rig.daemon, { path, headers });
    expect(JSON.parse(text)).toEqual({ error: KEY });
  });

  test.each([
    ['garbage', 'no HTTP at all\r\n\r\n'],
    [
      'a wrong accept',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n\r\n',
    ],
    [
      'another protocol',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n',
    ],
    ['the end', ''],
  ])('%s instead of an answer is a refusal that says so', async (_name, bytes) => {
    const path = newPath();
    rig.provider.upgrade(path, (_request, socket) => socket.end(bytes));
    const refused = await refusedWebSocket(rig.daemon, { path });
    expect(refused.status).toBe(502);
    expect(refused.headers['x-waterwall']).toBe('upstream-unreachable');
  });

  const REQUEST = `Host: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`;
  const SOUND = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
  test.each([
    ['without a key', `GET /x HTTP/1.1\r\n${REQUEST}Sec-WebSocket-Version: 13\r\n\r\n`],
    ['of another version', `GET /x HTTP/1.1\r\n${REQUEST}${SOUND.replace('13', '7')}\r\n`],
    ['by POST', `POST /x HTTP/1.1\r\n${REQUEST}${SOUND}\r\n`],
    ['with a body', `GET /x HTTP/1.1\r\n${REQUEST}${SOUND}Content-Length: 5\r\n\r\nhello`],
    [
      'with chunks',
      `GET /x HTTP/1.1\r\n${REQUEST}${SOUND}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['for another host', `GET /x HTTP/1.1\r\n${REQUEST.replace(HOST, 'x.example')}${SOUND}\r\n`],
    ['to h2c', `GET /x HTTP/1.1\r\n${REQUEST.replace('websocket', 'h2c')}${SOUND}\r\n`],
  ])('an upgrade %s is refused and reaches nobody', async (_name, bytes) => {
    const socket = await tlsTunnel(rig.daemon, HOST);
    socket.write(bytes);
    const { text, end } = await readAll(socket);
    expect(text).toMatch(/^HTTP\/1\.1 (?:400|421|501) /);
    expect(end).not.toBe('open');
    expect(rig.provider.upgrades).toEqual([]);
  });

  test('a client that leaves meanwhile takes its connection upstream with it', async () => {
    const path = newPath();
    const arrived = new Promise<import('node:stream').Duplex>((resolve) =>
      rig.provider.upgrade(path, (_request, socket) => resolve(socket)),
    );
    const socket = await tlsTunnel(rig.daemon, HOST);
    socket.write(`GET ${path} HTTP/1.1\r\n${REQUEST}${SOUND}\r\n`);
    const upstream = await arrived;
    upstream.resume();
    socket.end();
    await once(upstream, 'close');
  });
});

describe('control frames', () => {
  test('pings reach the other side empty, and each pong carries its own payload', async () => {
    const { client, provider } = await openPlayed();
    for (const [from, to] of [
      [client.socket, provider.socket],
      [provider.socket, client.socket],
    ] as const) {
      const pings: string[] = [];
      const pongs: string[] = [];
      to.on('ping', (payload: Buffer) => pings.push(payload.toString()));
      from.on('pong', (payload: Buffer) => pongs.push(payload.toString()));
      from.ping(KEY.slice(0, 40));
      from.ping('second');
      await until(() => pongs.length === 2);
      expect([pings, pongs]).toEqual([
        ['', ''],
        [KEY.slice(0, 40), 'second'],
      ]);
    }
  });

  test.each([
    [1000, 'bye'],
    [1001, ''],
    [1011, 'é'],
    [3000, 'own'],
    [4999, ''],
  ])('close %i of either side reaches the other', async (code, reason) => {
    const first = await openPlayed();
    first.client.socket.close(code, reason);
    expect(await first.provider.closed).toEqual({ code, reason });
    const second = await openPlayed();
    second.provider.socket.close(code, reason);
    expect(await second.client.closed).toEqual({ code, reason });
  });

  test('close without a code too', async () => {
    const { client, provider } = await openPlayed();
    client.socket.close();
    expect(await provider.closed).toEqual({ code: 1005, reason: '' });
  });

  test('a reason with a secret is emptied', async () => {
    const { client, provider } = await openPlayed();
    client.socket.close(1000, KEY);
    expect(await provider.closed).toEqual({ code: 1000, reason: '' });
  });

  test('what was said before a close arrives before it', async () => {
    const { client, provider } = await openPlayed();
    client.send({ text: KEY });
    client.socket.close(1000);
    await provider.closed;
    expect(provider.messages.length).toBe(1);
  });

  test('either side that breaks off breaks off the other', async () => {
    const first = await openPlayed();
    first.client.socket.terminate();
    expect((await first.provider.closed).code).toBe(1006);
    const second = await openPlayed();
    second.provider.socket.send('{"last":1}');
    second.provider.raw.end();
    expect((await second.client.closed).code).toBe(1006);
    expect(second.client.messages).toEqual(['{"last":1}']);
  });
});

describe('what is refused', () => {
  test('binary messages, in both directions', async () => {
    const first = await openPlayed();
    first.client.socket.send(randomBytes(10));
    expect((await first.client.closed).code).toBe(1003);
    expect((await first.provider.closed).code).toBe(1003);
    expect(first.provider.messages).toEqual([]);
    const second = await openPlayed();
    second.provider.socket.send(randomBytes(10));
    expect((await second.provider.closed).code).toBe(1003);
    expect((await second.client.closed).code).toBe(1003);
    expect(second.client.messages).toEqual([]);
  });

  test.each([
    ['in one frame', false, (text: string, send: Client['socket']) => send.send(text)],
    ['compressed', true, (text: string, send: Client['socket']) => send.send(text)],
    [
      'in fragments',
      false,
      (text: string, send: Client['socket']) => {
        for (let at = 0; at < text.length; at += 10_000) {
          send.send(text.slice(at, at + 10_000), { fin: at + 10_000 >= text.length });
        }
      },
    ],
  ])('a message that is too long, %s', async (_name, perMessageDeflate, send) => {
    const text = 'x'.repeat(300 * 1024);
    const first = await openPlayed({ perMessageDeflate });
    send(text, first.client.socket);
    expect((await first.client.closed).code).toBe(1009);
    await first.provider.closed;
    expect(first.provider.messages).toEqual([]);
    await rig.daemon.waitForLine((line) => line['code'] === 'body-too-large');
    const second = await openPlayed({ perMessageDeflate }, { perMessageDeflate });
    send(text, second.provider.socket);
    expect((await second.provider.closed).code).toBe(1009);
    expect((await second.client.closed).code).toBe(1009);
    expect(second.client.messages).toEqual([]);
  });

  const mask = Buffer.from([1, 2, 3, 4]);
  test.each([
    ['without a mask', Buffer.from([0x81, 1, 0x61]), 1002],
    ['of a reserved kind', Buffer.from([0x83, 0x80, ...mask]), 1002],
    ['with reserved bits', Buffer.from([0xf1, 0x80, ...mask]), 1002],
    ['that continues nothing', Buffer.from([0x80, 0x80, ...mask]), 1002],
    ['of a long ping', Buffer.from([0x89, 0xfe, 0, 200, ...mask]), 1002],
    ['of a ping in fragments', Buffer.from([0x09, 0x80, ...mask]), 1002],
    ['that closes with half a code', Buffer.from([0x88, 0x81, ...mask, 1]), 1002],
    ['that closes with 1006', Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xee]), 1002],
    ['that is no UTF-8', Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28]), 1007],
    ['longer than can be', Buffer.from([0x81, 0xff, ...new Array(8).fill(0x7f), ...mask]), 1009],
  ])('a frame %s', async (_name, frame, code) => {
    const { client, provider } = await openPlayed();
    const raw = (client.socket as unknown as { _socket: import('node:net').Socket })._socket;
    raw.write(frame);
    expect((await client.closed).code).toBe(code);
    await provider.closed;
    expect(provider.messages).toEqual([]);
  });

  test.each([
    ['with a mask', Buffer.from([0x81, 0x81, ...mask, 0x61])],
    ['of a reserved kind', Buffer.from([0x8f, 0])],
    ['compressed, which nobody agreed to', Buffer.from([0xc1, 1, 0x61])],
    ['that is no UTF-8', Buffer.from([0x81, 2, 0xc3, 0x28])],
  ])('a frame of the provider %s', async (_name, frame) => {
    const { client, provider } = await openPlayed({ perMessageDeflate: false });
    client.send(create({ input: 'x' }));
    await until(() => provider.messages.length === 1);
    provider.raw.write(frame);
    expect((await client.closed).code).toBe(1011);
    expect(JSON.parse(client.messages.at(-1) as string)).toMatchObject({
      type: 'error',
      status: 502,
      error: { message: expect.stringContaining('broke the WebSocket protocol') },
    });
  });

  test('a message that may not leave: the error of the API, then the end', async () => {
    const { client, provider } = await openPlayed();
    client.send('{"type":"response.create"}\0');
    expect((await client.closed).code).toBe(1008);
    expect(JSON.parse(client.messages[0] as string)).toMatchObject({
      type: 'error',
      status: 502,
      error: { message: expect.stringContaining('Waterwall: ') },
      waterwall: { code: 'unscannable-body' },
    });
    await provider.closed;
    expect(provider.messages).toEqual([]);
    await rig.daemon.waitForLine((line) => line['code'] === 'unscannable-body');
  });
});

describe('slow peers', () => {
  test('a provider is held back by a client that does not read', async () => {
    const { client, provider } = await openPlayed();
    client.socket.pause();
    const message = JSON.stringify({ text: 'x'.repeat(100_000) });
    const count = 300;
    for (let i = 0; i < count; i++) provider.socket.send(message);
    await sleep(1000);
    const waiting = provider.socket.bufferedAmount;
    expect(waiting).toBeGreaterThan(5_000_000);
    await sleep(300);
    expect(provider.socket.bufferedAmount).toBe(waiting);
    client.socket.resume();
    await client.got(count);
    expect(provider.socket.bufferedAmount).toBe(0);
  });

  test('a client is held back by a provider that does not read', async () => {
    const { client, provider } = await openPlayed({ perMessageDeflate: false });
    provider.socket.pause();
    const message = JSON.stringify({ text: 'x'.repeat(100_000) });
    const count = 300;
    for (let i = 0; i < count; i++) client.send(message);
    await sleep(1000);
    const waiting = client.socket.bufferedAmount;
    expect(waiting).toBeGreaterThan(5_000_000);
    await sleep(300);
    expect(client.socket.bufferedAmount).toBe(waiting);
    provider.socket.resume();
    await until(() => provider.messages.length === count);
    // Nothing to be searched for in 30 MB of it.
    rig.provider.forget();
  });

  test('an idle connection stays open and holds up no stop', async () => {
    const provider = await startProvider({ webSocket: 'accept' });
    const daemon = await startDaemon({ provider });
    try {
      const client = await openWebSocket(daemon);
      await ask(client, { input: [user('hello')] });
      await sleep(6500);
      await ask(client, { input: [user('hello again')] });
      const started = performance.now();
      const stopping = daemon.stop();
      expect((await client.closed).code).toBe(1001);
      expect(await stopping).toEqual({ code: 0, signal: null });
      expect(performance.now() - started).toBeLessThan(8000);
    } finally {
      await daemon.dispose();
      await provider.close();
    }
  });
});

describe('the kill switch', () => {
  const arm = () =>
    rig.daemon.admin('POST', '/admin/killswitch', { action: 'arm', reason: 'a test' });
  const disarm = () => rig.daemon.admin('POST', '/admin/killswitch', { action: 'disarm' });
  afterEach(async () => {
    await disarm();
  });

  test('cuts both sides at once, with the error of the API', async () => {
    const { client, provider } = await openPlayed({
      headers: { 'user-agent': 'codex_exec/0.169.0' },
    });
    client.send(create({ input: KEY }));
    await until(() => provider.messages.length === 1);
    await arm();
    expect((await provider.closed).code).toBe(1006);
    expect(await client.closed).toEqual({ code: 1008, reason: 'Waterwall: killswitch-engaged' });
    expect(client.messages.map((one) => JSON.parse(one))).toMatchObject([
      {
        type: 'error',
        status: 400,
        error: {
          message: expect.stringContaining('Waterwall: kill switch engaged (sources: http)'),
        },
        waterwall: { code: 'killswitch-engaged', sources_active: ['http'] },
      },
    ]);
  });

  test('closes an idle connection without a word to whoever asks next', async () => {
    const { client, provider } = await openPlayed();
    await arm();
    expect((await client.closed).code).toBe(1008);
    expect((await provider.closed).code).toBe(1006);
    expect(client.messages).toEqual([]);
  });

  test('the sentinel stops the very next message', async () => {
    const { client, provider } = await openPlayed();
    writeFileSync(join(rig.daemon.home, 'run', 'kill'), '');
    client.send(create({ input: 'x' }));
    expect((await client.closed).code).toBe(1008);
    await provider.closed;
    expect(provider.messages).toEqual([]);
    rmSync(join(rig.daemon.home, 'run', 'kill'));
    await until(
      async () => (await rig.daemon.admin('GET', '/healthz')).json()['killswitch_active'] === false,
    );
  });

  test('refuses handshakes with a plain status', async () => {
    await arm();
    const plain = await refusedWebSocket(rig.daemon);
    expect([plain.status, plain.headers['x-waterwall']]).toEqual([502, 'killswitch-engaged']);
    expect(plain.text).toContain('kill switch engaged');
    const codex = await refusedWebSocket(rig.daemon, {
      headers: { 'user-agent': 'codex_exec/0.169.0' },
    });
    expect(codex.status).toBe(400);
    expect(rig.provider.upgrades).toEqual([]);
  });
});

describe('the log', () => {
  test('a restart in the middle of a conversation goes unnoticed', async () => {
    const provider = await startProvider({ webSocket: 'accept' });
    let daemon = await startDaemon({ provider });
    try {
      const headers = { 'session-id': 'goes-on' };
      const one = await openWebSocket(daemon, { headers });
      const first = await ask(one, { input: [user(`remember ${KEY}`)] });
      const id = idOf(first);
      const placeholder = provider.messages[0]?.match(PLACEHOLDER)?.[0] as string;
      await daemon.stop();
      daemon = await startDaemon({ home: daemon.home });
      // No session this time: the id of the answer is what links the two.
      const playing = playProvider(provider, '/played');
      const two = await openWebSocket(daemon, { path: '/played' });
      const played = await playing;
      two.send(create({ previous_response_id: id, input: [] }));
      await until(() => played.messages.length === 1);
      played.socket.send(JSON.stringify({ text: placeholder }));
      await two.got(1);
      expect(two.messages).toEqual([JSON.stringify({ text: KEY })]);
    } finally {
      await daemon.dispose();
      await provider.close();
    }
  });

  test('what left and what was restored is in it, also after kill -9', async () => {
    const provider = await startProvider({ webSocket: 'accept' });
    const daemon = await startDaemon({ provider });
    try {
      const client = await openWebSocket(daemon);
      client.send(create({ input: [user(KEY)] }));
      await client.got((one) => one.includes(KEY));
      await daemon.stop('SIGKILL');
      const types = (await daemon.chain()).map(({ line_type }) => line_type);
      expect(types).toEqual(expect.arrayContaining(['redaction', 'detokenization']));
    } finally {
      await daemon.dispose();
      await provider.close();
    }
  });

  test.runIf(canInject)('a full disk: nothing is sent, nothing restored is given', async () => {
    const provider = await startProvider();
    const daemon = await startDaemon({ provider });
    try {
      const play = async (path: string) => {
        const playing = playProvider(provider, path);
        const client = await openWebSocket(daemon, { path });
        return { client, played: await playing };
      };
      const answered = await play('/answered');
      const asking = await play('/asking');
      answered.client.send(create({ input: KEY }));
      await until(() => answered.played.messages.length === 1);
      const placeholder = answered.played.messages[0]?.match(PLACEHOLDER)?.[0];
      const folder = join(daemon.home, 'log', 'chain');
      const segment = join(folder, readdirSync(folder).sort().at(-1) as string);
      const full = await inject(daemon.pid, 'write:error=ENOSPC', segment);
      answered.played.socket.send('{"n":1}');
      answered.played.socket.send(JSON.stringify({ text: placeholder }));
      answered.played.socket.send('{"n":2}');
      asking.client.send(create({ input: OTHER }));
      for (const { client, played } of [answered, asking]) {
        expect(await client.closed).toEqual({ code: 1008, reason: 'Waterwall: audit-unavailable' });
        await played.closed;
      }
      await full.stop();
      expect(answered.client.messages[0]).toBe('{"n":1}');
      expect(answered.client.messages.slice(1).map((one) => JSON.parse(one))).toMatchObject([
        { type: 'error', waterwall: { code: 'audit-unavailable' } },
      ]);
      expect(asking.played.messages).toEqual([]);
      expect(daemon.running()).toBe(true);
    } finally {
      await daemon.dispose();
      await provider.close();
    }
  });
});
