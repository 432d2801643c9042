import { spawnSync } from 'node:child_process';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { makeCertificates } from '../support/certificates.ts';
import type { Answer, Ask } from '../support/client.ts';
import { startDaemon } from '../support/daemon.ts';
import { startProvider } from '../support/provider.ts';
import { useRig } from '../support/rig.ts';
import { makeSecret, makeSecrets } from '../support/secrets.ts';
import { TunnelRefused, tunnel } from '../support/tunnel.ts';
import { until } from '../support/until.ts';

/** Whether faults can be injected into system calls here. */
const hasStrace = (): boolean => spawnSync('strace', ['-V']).status === 0;

const STOPS_AT_400 = [
  'codex_cli_rs/0.169.0 (Linux)',
  'opencode/1.18.33 ai-sdk/provider-utils/4.0.23 runtime/bun/1.3.14',
];

/** The header, the body in the API's own shape, and the facts of DESIGN §8. */
function expectRefusal(
  answer: Answer,
  code: string,
  status: number,
  api: 'anthropic' | 'openai',
): void {
  expect([answer.status, answer.headers['x-waterwall'], answer.text]).toEqual([
    status,
    code,
    expect.any(String),
  ]);
  expect(answer.headers['x-should-retry']).toBe('false');
  expect(answer.headers['content-type']).toContain('application/json');
  const body = answer.json();
  const message = expect.stringMatching(/^Waterwall: /);
  if (api === 'anthropic')
    expect(body).toMatchObject({ type: 'error', error: { type: expect.any(String), message } });
  else expect(body).toMatchObject({ error: { type: expect.any(String), param: null, message } });
  expect(body['waterwall']).toMatchObject({
    code,
    reason: expect.stringMatching(/./),
    fix: expect.stringMatching(/./),
  });
}

describe('of a request', () => {
  const known = 'correct-horse-battery-staple-9';
  const rig = useRig({
    config: { limits: { body: '200kB' } },
    policy: { unlisted_hosts: 'refuse' },
    hosts: {
      'api.deepseek.com': { upstream: 'https://127.0.0.1:1' },
      'openrouter.ai': { upstream_ca: 'other.pem' },
    },
    files: {
      'other.pem': makeCertificates(['nobody.example']).root,
      'known_secrets.yaml': JSON.stringify({ values: [{ type: 'DB_PASSWORD', value: known }] }),
    },
  });

  const thinking = {
    messages: [
      { role: 'assistant', content: [{ type: 'thinking', thinking: known, signature: 's' }] },
    ],
  };
  const json = { 'content-type': 'application/json' };
  const cases: readonly (readonly [string, string, number, Ask])[] = [
    [
      'a body that is no text',
      'unscannable-body',
      502,
      {
        body: Buffer.from([0x50, 0x4b, 3, 4, 0, 1, 2]),
        headers: { 'content-type': 'application/zip' },
      },
    ],
    ['a NUL byte', 'unscannable-body', 502, { body: Buffer.from('{"a":"\0"}'), headers: json }],
    [
      'UTF-16',
      'unscannable-body',
      502,
      {
        body: Buffer.from('\ufeff{}', 'utf16le'),
        headers: { 'content-type': 'application/json; charset=utf-16le' },
      },
    ],
    ['a body beyond the limit', 'body-too-large', 413, { body: { a: 'x'.repeat(300_000) } }],
    [
      'a body beyond the limit once decoded',
      'body-too-large',
      413,
      { body: gzipSync('x'.repeat(5_000_000)), headers: { ...json, 'content-encoding': 'gzip' } },
    ],
    [
      'a coding nobody knows',
      'encoding-unsupported',
      415,
      { body: '{}', headers: { ...json, 'content-encoding': 'lzma' } },
    ],
    [
      'five codings',
      'encoding-unsupported',
      415,
      { body: '{}', headers: { ...json, 'content-encoding': 'gzip, gzip, gzip, gzip, gzip' } },
    ],
    [
      'a known secret where nothing may be changed',
      'secret-in-opaque-field',
      502,
      { body: thinking },
    ],
  ];

  test.each(cases)('%s: %s', async (_name, code, status, what) => {
    const before = rig.provider.requests.length;
    expectRefusal(await rig.daemon.ask(what), code, status, 'anthropic');
    if (code !== 'secret-in-opaque-field') {
      expectRefusal(
        await rig.daemon.ask({ host: 'api.openai.com', path: '/v1/responses', ...what }),
        code,
        status,
        'openai',
      );
    }
    for (const agent of STOPS_AT_400) {
      const answer = await rig.daemon.ask({
        ...what,
        headers: { ...what.headers, 'user-agent': agent },
      });
      expectRefusal(answer, code, 400, 'anthropic');
    }
    expect(rig.provider.requests.slice(before).filter((one) => one.complete())).toEqual([]);
    await rig.daemon.waitForLine(
      (line) => line.line_type === 'refusal' && JSON.stringify(line).includes(code),
    );
  });

  test('a coding that does not decode', async () => {
    const body = deflateRawSync('{}');
    const answer = await rig.daemon.ask({ body, headers: { ...json, 'content-encoding': 'br' } });
    expect(['encoding-unsupported', 'unscannable-body']).toContain(answer.headers['x-waterwall']);
  });

  test('a signed body with a secret', async () => {
    const body = { a: makeSecret('AWS_ACCESS_KEY', 5) };
    const headers = { 'content-digest': 'sha-256=:abc=:' };
    expectRefusal(await rig.daemon.ask({ body, headers }), 'unscannable-body', 502, 'anthropic');
  });

  test('a signed body that would leave without its coding', async () => {
    const headers = { ...json, 'content-encoding': 'deflate', 'content-digest': 'sha-256=:abc=:' };
    const answer = await rig.daemon.ask({ body: deflateSync('{}'), headers });
    expectRefusal(answer, 'unscannable-body', 502, 'anthropic');
  });

  test('a signed target with a secret', async () => {
    const path = `/v1/messages?q=${makeSecret('AWS_ACCESS_KEY', 5)}`;
    const headers = { 'signature-input': 'sig=("@target-uri")', signature: 'sig=:abc=:' };
    const answer = await rig.daemon.ask({ path, body: {}, headers });
    expectRefusal(answer, 'unscannable-body', 502, 'anthropic');
  });

  test('a provider that cannot be reached', async () => {
    const answer = await rig.daemon.ask({
      host: 'api.deepseek.com',
      path: '/v1/chat/completions',
      body: {},
    });
    expect([answer.status, answer.headers['x-waterwall']]).toEqual([502, 'upstream-unreachable']);
    expect(answer.json()).toMatchObject({
      error: { message: expect.stringMatching(/^Waterwall: /) },
    });
  });

  test('a provider whose certificate is not trusted', async () => {
    const answer = await rig.daemon.ask({
      host: 'openrouter.ai',
      path: '/v1/chat/completions',
      body: {},
    });
    expect([answer.status, answer.headers['x-waterwall']]).toEqual([502, 'upstream-tls']);
  });

  test('a Host that is not the one in CONNECT', async () => {
    const answer = await rig.daemon.ask({ body: {}, headers: { host: 'api.openai.com' } });
    expectRefusal(answer, 'host-mismatch', 421, 'anthropic');
  });

  test.each(['api.groq.com', 'nobody.example'])('CONNECT to %s', async (host) => {
    const error = await tunnel(rig.daemon.port, `${host}:443`).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(TunnelRefused);
    const { status, answer } = error as TunnelRefused;
    expect([status, /x-waterwall: host-not-permitted/i.test(answer)]).toEqual([403, true]);
  });
});

describe('by the configuration', () => {
  test('`refusal_status` overrides', async () => {
    const daemon = await startDaemon({ config: { refusal_status: 418, kill_switch: true } });
    try {
      expectRefusal(await daemon.ask({ body: {} }), 'killswitch-engaged', 418, 'anthropic');
    } finally {
      await daemon.dispose();
    }
  });

  test.each([
    ['missing', undefined],
    ['no YAML', 'hosts: [ {'],
    ['of an unknown key', '{"hosts":[],"hots":[]}'],
  ])('a list of hosts that is %s refuses every CONNECT', async (_name, text) => {
    const daemon = await startDaemon({ files: { 'permitted_hosts.yaml': text ?? '' } });
    try {
      const error = await tunnel(daemon.port, 'api.anthropic.com:443').catch(
        (caught: unknown) => caught,
      );
      expect(error).toBeInstanceOf(TunnelRefused);
      const { status, answer } = error as TunnelRefused;
      expect([status, /x-waterwall: config-error/i.test(answer)]).toEqual([502, true]);
    } finally {
      await daemon.dispose();
    }
  });

  test.runIf(hasStrace())('a log whose disk fails', async () => {
    // The first syncs are those of the start.
    const fault = ['-e', 'trace=fdatasync', '-e', 'inject=fdatasync:error=EIO:when=3+'];
    const provider = await startProvider();
    const daemon = await startDaemon({
      provider,
      wrap: ['strace', '-D', '-f', '-qq', '-o', '/dev/null', ...fault],
    });
    try {
      const body = { a: makeSecret('AWS_ACCESS_KEY', 9) };
      await until(async () => (await daemon.ask({ body })).status !== 200);
      const before = provider.requests.filter((request) => request.complete()).length;
      // Poisoned for good, also for requests that need no line.
      const answer = await daemon.ask({ body: { a: 1 } });
      expectRefusal(answer, 'audit-unavailable', 502, 'anthropic');
      expect(provider.requests.filter((request) => request.complete())).toHaveLength(before);
      expect((await daemon.admin('GET', '/healthz')).status).toBe(503);
    } finally {
      await daemon.dispose();
      await provider.close();
    }
  });

  test('a full store', async () => {
    const daemon = await startDaemon({ config: { store: { capacity: 20 } } });
    try {
      const body = makeSecrets(6).map(({ value }) => value);
      expectRefusal(await daemon.ask({ body }), 'store-full', 502, 'anthropic');
    } finally {
      await daemon.dispose();
    }
  });
});
