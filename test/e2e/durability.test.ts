import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { joinDeltas, TEST_APIS, type TestApi } from '../support/apis.ts';
import { readChain } from '../support/chain.ts';
import { proxyAgent } from '../support/client.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { environment, LAUNCHER } from '../support/home-template.ts';
import { type Provider, startProvider } from '../support/provider.ts';
import { expectServing } from '../support/rig.ts';
import { makeSecret } from '../support/secrets.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);
const api = TEST_APIS[0] as TestApi;
const PLACEHOLDER = /<pl:[A-Z0-9_]+:([0-9a-f]{16})>/g;

let provider: Provider;
let daemon: Daemon;

beforeAll(async () => {
  provider = await startProvider();
});
afterAll(() => provider.close());
beforeEach(async () => {
  provider.forget();
  daemon = await startDaemon({ provider });
});
afterEach(() => daemon.dispose());

const session = { 'x-claude-code-session-id': 'durable' };

/** What `waterwall verify-chain` says: its exit code. */
async function verifyChain(home: string): Promise<number> {
  const arguments_ = [
    LAUNCHER,
    'verify-chain',
    join(home, 'log', 'chain'),
    '--pubkey',
    join(home, 'etc', 'signing.pub'),
  ];
  return run(process.execPath, arguments_, { env: environment(home) }).then(
    () => 0,
    (error: { code: number }) => error.code,
  );
}

test.each([60, 150, 300])(
  'kill -9 after %i ms loses no line of what the provider got',
  async (delay) => {
    let seed = delay;
    let going = true;
    const client = async (): Promise<void> => {
      const agent = proxyAgent(daemon, { keepAlive: true, maxSockets: 1 });
      while (going) {
        const body = {
          messages: [{ role: 'user', content: makeSecret('AWS_ACCESS_KEY', seed++) }],
        };
        await daemon.ask({ body, agent }).catch(() => {
          going = false;
        });
      }
      agent.destroy();
    };
    const clients = [client(), client(), client()];
    await until(() => provider.requests.length > 2);
    await sleep(delay);
    await daemon.stop('SIGKILL');
    going = false;
    await Promise.all(clients);

    const complete = provider.requests.filter((request) => request.complete());
    const arrived = complete.flatMap((request) =>
      [...request.text().matchAll(PLACEHOLDER)].map(([, hmac]) => hmac),
    );
    const recorded = new Set(
      (await readChain(daemon.home))
        .filter((line) => line.line_type === 'redaction')
        .flatMap((line) => (line['redactions'] as { hmac: string }[]).map(({ hmac }) => hmac)),
    );
    expect(arrived.length).toBeGreaterThan(2);
    expect(arrived.filter((hmac) => !recorded.has(String(hmac)))).toEqual([]);

    daemon = await startDaemon({ home: daemon.home });
    await expectServing(daemon);
    expect((await daemon.admin('GET', '/healthz')).json()).toMatchObject({ chain_intact: true });
    expect(await verifyChain(daemon.home)).toBe(0);
  },
);

test('a restart in the middle of a conversation goes unnoticed', async () => {
  const key = makeSecret('GITHUB_TOKEN', 7);
  await daemon.ask({ path: api.path, body: api.prompt('hello', key), headers: session });
  const before = provider.requests[0]?.text().match(PLACEHOLDER)?.[0];
  expect(await daemon.stop('SIGTERM')).toEqual({ code: 0, signal: null });

  daemon = await startDaemon({ home: daemon.home });
  // The model repeats what it was shown before; the client says nothing of it again.
  const body = api.prompt('@@[{"text":"as before: {{old}}"}]@@', 'go on');
  const answer = await daemon.ask({ path: api.path, body, headers: session });
  expect(api.wholeText(answer.json() as never)).toBe(`as before: ${key}`);
  await daemon.ask({ path: api.path, body: api.prompt('hello', key), headers: session });
  expect(provider.requests.at(-1)?.text()).toContain(before);
});

test('SIGTERM leaves an intact log that ends with its stop', async () => {
  await daemon.ask({ body: { a: makeSecret('GITHUB_TOKEN', 10) } });
  expect(await daemon.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  const chain = await readChain(daemon.home);
  expect(chain.at(-1)?.line_type).toBe('stop');
  expect(await verifyChain(daemon.home)).toBe(0);
});

test('SIGTERM lets a stream end and takes no more', async () => {
  let release: (() => void) | undefined;
  provider.behave('/slow', (request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"choices":[{"index":0,"delta":{"content":"first "}}]}\n\n');
    release = () => response.end('data: {"choices":[{"index":0,"delta":{"content":"last"}}]}\n\n');
  });
  const streaming = daemon.ask({ host: 'api.openai.com', path: '/slow' });
  await until(() => release !== undefined);
  const stopped = daemon.stop('SIGTERM');
  await until(() =>
    daemon.ask({ path: '/late' }).then(
      () => false,
      () => true,
    ),
  );
  expect(daemon.running()).toBe(true);
  release?.();
  const answer = await streaming;
  expect([answer.complete, joinDeltas(answer.text, (TEST_APIS[1] as TestApi).textDelta)]).toEqual([
    true,
    'first last',
  ]);
  expect(await stopped).toEqual({ code: 0, signal: null });
});

test('what was restored is in the log before the client has it', async () => {
  const key = makeSecret('GITHUB_TOKEN', 8);
  const answer = await daemon.ask({
    path: api.path,
    body: { ...api.prompt('hello', key), stream: true },
  });
  expect(joinDeltas(answer.text, api.textDelta)).toBe(key);
  await daemon.stop('SIGKILL');
  const types = (await readChain(daemon.home)).map(({ line_type }) => line_type);
  expect(types).toEqual(expect.arrayContaining(['start', 'redaction', 'detokenization']));
});
