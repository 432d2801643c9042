import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import https from 'node:https';
import tls from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CALL_TOOL, joinDeltas, TEST_APIS } from './apis.ts';
import { ask } from './client.ts';
import { type Provider, startProvider } from './provider.ts';
import { frameReader, writeFrame } from './stand-in/frames.ts';
import { acceptKey } from './stand-in/websocket.ts';
import { readAll } from './tunnel.ts';

// The stand-in itself, without a proxy: what the end-to-end tests rely on.
const PLACEHOLDER = '<pl:AWS_ACCESS_KEY:0123456789abcdef>';
const TEXT = 'what was said, with "quotes"\nand lines, é🙂';

let provider: Provider;
let direct: https.Agent;

beforeAll(async () => {
  provider = await startProvider({ webSocket: 'accept' });
  direct = new https.Agent({ ca: provider.root });
});

afterAll(async () => {
  direct.destroy();
  await provider.close();
});

const nowhere = { port: 0, ca: '' };
const send = (path: string, body: object | string, headers = {}) =>
  ask(nowhere, { host: '127.0.0.1', port: provider.port, path, body, headers, agent: direct });

async function connect(): Promise<tls.TLSSocket> {
  const options = { port: provider.port, host: '127.0.0.1', ca: provider.root };
  const socket = tls.connect(options);
  await once(socket, 'secureConnect');
  socket.on('error', () => {});
  return socket;
}

test('plays the step that the number of tool results asks for, with filters', async () => {
  const script =
    '@@[{"tool":"Write","input":{"v":"{{pl|html}}"}},{"text":"{{echo|unnumbered}}"}]@@';
  const messages: object[] = [{ role: 'user', content: `${script} ${PLACEHOLDER}` }];
  const body = { model: 'm', tools: [{ name: 'Write' }], messages };
  const first = (await send('/v1/messages', body)).json();
  expect(first['content']).toMatchObject([
    { type: 'tool_use', input: { v: '&lt;pl:AWS_ACCESS_KEY:0123456789abcdef&gt;' } },
  ]);
  messages.push({ role: 'user', content: [{ type: 'tool_result', content: '1\tone\n2\ttwo' }] });
  const second = (await send('/v1/messages', body)).json();
  expect(second['content']).toEqual([{ type: 'text', text: 'one\ntwo' }]);
});

test('replays the placeholders of earlier requests', async () => {
  await send('/v1/messages', { messages: [{ role: 'user', content: PLACEHOLDER }] });
  const tools = [{ name: 'Write' }];
  const messages = [{ role: 'user', content: '@@[{"text":"old: {{old}}"}]@@' }];
  expect((await send('/v1/messages', { tools, messages })).text).toContain(PLACEHOLDER);
});

test.each(TEST_APIS.map((api) => [api.name, api] as const))(
  'sends the same whole and streamed: %s',
  async (_name, api) => {
    const whole = await send(api.path, api.prompt('hello', TEXT));
    expect(api.wholeText(whole.json() as never)).toBe(TEXT);
    const streamed = await send(api.path, { ...api.prompt('hello', TEXT), stream: true });
    expect(joinDeltas(streamed.text, api.textDelta)).toBe(TEXT);
    const called = await send(api.path, api.prompt(CALL_TOOL, TEXT));
    const source = String(api.wholeArguments(called.json() as never));
    expect(JSON.parse(source)).toEqual({ content: TEXT });
    const calling = await send(api.path, { ...api.prompt(CALL_TOOL, TEXT), stream: true });
    expect(joinDeltas(calling.text, api.argumentsDelta)).toBe(source);
  },
);

test('answers with the very bytes that were asked for', async () => {
  const body = ': odd\r\ndata:{"a":1}\n\n';
  const answer = await send('/v1/messages', { _raw: { body, chunk: 1, status: 529 } });
  expect([answer.status, answer.text]).toEqual([529, body]);
});

test('records every byte before it answers, the body and whether it was complete', async () => {
  provider.forget();
  await send('/v1/messages?beta=true', '{"messages":[]}', { 'X-Odd-Case': 'Yes' });
  const received = provider.received().toString('latin1');
  expect(received).toContain('X-Odd-Case: Yes\r\n');
  expect(received).toContain('{"messages":[]}');
  const [seen] = provider.requests;
  expect(await seen?.over).toBe('finished');
  expect([seen?.text(), seen?.complete()]).toEqual(['{"messages":[]}', true]);
});

test('notices that a client left', async () => {
  provider.forget();
  const socket = await connect();
  socket.write('POST /half HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf');
  const seen = await provider.waitFor(({ url }) => url === '/half');
  socket.destroy();
  expect([await seen.over, seen.complete(), seen.text()]).toEqual(['gone', false, 'half']);
});

test.each([
  ['status-099', /^HTTP\/1\.1 099 Odd\r\n/],
  ['garbage', /this is no HTTP/],
  ['dies-in-stream', /"ping"\}\n\n\r\n[\s\S]*data: \{"n":\r\n$/],
  ['body-on-204', /^HTTP\/1\.1 204 [\s\S]*ok$/],
  ['dies-before-answer', /^$/],
] as const)('misbehaves: %s', async (name, expected) => {
  const socket = await connect();
  socket.write(`GET /hostile/${name} HTTP/1.1\r\nHost: x\r\n\r\n`);
  const { text, end } = await readAll(socket);
  expect(text).toMatch(expected);
  expect(end).not.toBe('open');
});

test('speaks the Responses API over a WebSocket', async () => {
  const socket = await connect();
  const key = randomBytes(16).toString('base64');
  socket.write(
    `GET /v1/responses HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  );
  const head = await readAll(socket, { enough: (text) => text.includes('\r\n\r\n') });
  expect(head.text).toContain(acceptKey(key));
  const events: string[] = [];
  const finished = new Promise<void>((resolve) => {
    const read = frameReader(({ payload }) => {
      events.push(`data: ${payload.toString()}`);
      if (payload.includes('response.completed')) resolve();
    });
    socket.on('data', read);
  });
  const message = JSON.stringify({ type: 'response.create', input: TEXT, model: 'm' });
  const mask = randomBytes(4);
  socket.write(writeFrame(message.slice(0, 20), { final: false, mask }));
  socket.write(writeFrame(message.slice(20), { opcode: 0, mask }));
  await finished;
  socket.destroy();
  const responses = TEST_APIS.find(({ name }) => name === 'Responses');
  expect(joinDeltas(events.join('\n'), (event) => responses?.textDelta(event))).toBe(TEXT);
});
