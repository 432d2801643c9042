import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { makeCertificates } from '../support/certificates.ts';
import { PROVIDER_HOSTS, type Provider } from '../support/provider.ts';
import type { ProxyAddress } from '../support/tunnel.ts';
import { MEASURABLE } from './loop-delay.ts';

/** The floor for any interceptor: the relay of the benchmark, in a process of its own. */
export interface BareRelay extends ProxyAddress {
  readonly pid: number;
  readonly close: () => Promise<void>;
}

const SCRIPT = fileURLToPath(new URL('../../bench/processes/relay.mjs', import.meta.url));

export async function startBareRelay(provider: Provider): Promise<BareRelay> {
  const folder = mkdtempSync(join(tmpdir(), 'waterwall-relay-'));
  const { root, certificate, key } = makeCertificates(PROVIDER_HOSTS);
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const files = [
    file('certificate.pem', certificate),
    file('key.pem', key),
    file('roots.pem', provider.root),
  ];
  const child = spawn(process.execPath, [SCRIPT, ...files, String(provider.port)], {
    env: { ...process.env, ...MEASURABLE },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  const [port] = await once(createInterface({ input: child.stdout }), 'line');
  rmSync(folder, { recursive: true, force: true });
  return {
    port: Number(port),
    ca: root,
    pid: child.pid as number,
    async close() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
