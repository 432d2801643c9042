import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendAsAgent, textDeltas } from '../../lib/ops/demo/agent.ts';
import { throwAwayCertificate } from '../../lib/ops/demo/certificate.ts';
import { makeDemoHome } from '../../lib/ops/demo/home.ts';
import { type DemoProvider, startProvider } from '../../lib/ops/demo/provider.ts';
import { madeUpEnvFile } from '../../lib/ops/demo/secrets.ts';
import { removeFolder, start, temporaryFolder } from './transcript.ts';

const HOST = 'api.anthropic.com';

let home: string;
let provider: DemoProvider;
let daemon: ChildProcess;
let output = '';

/** What `up` has printed, once it matches. */
async function printed(pattern: RegExp): Promise<RegExpExecArray> {
  for (;;) {
    const match = pattern.exec(output);
    if (match !== null) return match;
    if (daemon.exitCode !== null) throw new Error(`up has ended: ${output}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

beforeAll(async () => {
  home = temporaryFolder();
  const { cert, key } = throwAwayCertificate(HOST, new Date());
  provider = await startProvider(cert, key);
  await makeDemoHome(home, HOST, { port: provider.port, cert });
  daemon = start(['up'], { home }, ['ignore', 'pipe', 'pipe']);
  for (const stream of [daemon.stdout, daemon.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  await printed(/export HTTPS_PROXY=/);
});

afterAll(async () => {
  daemon.kill('SIGKILL');
  await provider.close();
  removeFolder(home);
});

describe('up', () => {
  test('shows a line per request: what was replaced and restored, never the value', async () => {
    const [, port] = await printed(/listens on http:\/\/127\.0\.0\.1:(\d+)/);
    const file = madeUpEnvFile();
    const { status, answer } = await sendAsAgent({
      proxy: { host: '127.0.0.1', port: Number(port) },
      host: HOST,
      path: '/v1/messages?beta=true',
      body: JSON.stringify({ messages: [{ role: 'user', content: file.text }] }),
      ca: readFileSync(join(home, 'etc', 'ca.pem'), 'utf8'),
    });
    expect(status).toBe(200);
    const received = textDeltas(answer).join('');
    for (const secret of file.secrets) {
      expect(provider.seen.join()).not.toContain(secret);
      expect(received).toContain(secret);
    }
    const [line] = await printed(/^.*POST.*$/m);
    expect(line).toMatch(
      /^\d\d:\d\d:\d\d {2}api\.anthropic\.com {2}POST \/v1\/messages {2}200 {2}redacted AWS_ACCESS_KEY GITHUB_TOKEN GROQ_KEY {2}restored 3 {2}\d+ ms$/,
    );
    for (const secret of file.secrets) expect(output).not.toContain(secret);
  });

  test('goes on when nobody reads what it prints, and under SIGHUP', async () => {
    daemon.stdout?.destroy();
    daemon.kill('SIGHUP');
    const [, port] = await printed(/listens on http:\/\/127\.0\.0\.1:(\d+)/);
    for (let round = 0; round < 3; round++) {
      const { status } = await sendAsAgent({
        proxy: { host: '127.0.0.1', port: Number(port) },
        host: HOST,
        path: '/v1/messages',
        body: '{}',
        ca: readFileSync(join(home, 'etc', 'ca.pem'), 'utf8'),
      });
      expect(status).toBe(200);
    }
    expect(daemon.exitCode).toBeNull();
  });
});
