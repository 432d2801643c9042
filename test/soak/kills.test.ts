import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TEST_APIS, type TestApi } from '../support/apis.ts';
import { type ChainLine, readChain } from '../support/chain.ts';
import { proxyAgent } from '../support/client.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { environment, LAUNCHER } from '../support/home-template.ts';
import { type Provider, startProvider } from '../support/provider.ts';
import { expectServing } from '../support/rig.ts';
import { makeSecret } from '../support/secrets.ts';
import { until } from '../support/until.ts';

/** The short form belongs to the suite; `npm run kills` does it two hundred times. */
const KILLS = Number(process.env['WATERWALL_KILLS'] ?? 6);
const CLIENTS = 3;

const api = TEST_APIS[0] as TestApi;
const PLACEHOLDER = /<pl:[A-Z0-9_]+:([0-9a-f]{16})>/g;

let provider: Provider;
let daemon: Daemon;

beforeAll(async () => {
  provider = await startProvider();
  // A key takes over every second: some kills come in between the steps of that.
  daemon = await startDaemon({ provider, config: { audit: { key_epoch: '1s' } } });
});
afterAll(async () => {
  await daemon.dispose();
  await provider.close();
});

/** The process of the daemon's signer; undefined while there is none. */
async function signerPid(): Promise<number | undefined> {
  const state = (await daemon.admin('GET', '/admin/state')).json() as { signer: { pid?: number } };
  return state.signer.pid ?? undefined;
}

test(
  `${KILLS} times kill -9 of daemon or signer under load: every effect has its line`,
  async () => {
    let seed = 1;
    let restored = 0;
    const arrived = new Set<string>();
    for (let round = 0; round < KILLS; round++) {
      let going = true;
      provider.forget();
      const client = async (): Promise<void> => {
        const agent = proxyAgent(daemon, { keepAlive: true, maxSockets: 1 });
        while (going) {
          const key = makeSecret('GITHUB_TOKEN', seed++);
          const what = { path: api.path, body: api.prompt('hello', key), agent };
          const answer = await daemon.ask(what).catch(() => undefined);
          if (answer?.status === 200 && api.wholeText(answer.json() as never) === key) restored++;
          else if (!daemon.running()) going = false;
        }
        agent.destroy();
      };
      const clients = Array.from({ length: CLIENTS }, client);
      await until(() => provider.requests.length > 2);
      await sleep((round * 37) % 200);
      // Every third time the signer, every sixth both, the signer just before.
      const pid = round % 3 === 0 ? undefined : await signerPid().catch(() => undefined);
      const alone = round % 3 === 1;
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
      if (!alone) await daemon.stop('SIGKILL');
      else await sleep(100);
      going = false;
      await Promise.all(clients);
      for (const request of provider.requests.filter((each) => each.complete())) {
        for (const [, hmac] of request.text().matchAll(PLACEHOLDER)) arrived.add(String(hmac));
      }
      if (!alone) daemon = await startDaemon({ home: daemon.home });
      await expectServing(daemon);
    }
    expect(await daemon.stop('SIGTERM')).toEqual({ code: 0, signal: null });

    const chain = await readChain(daemon.home);
    expect(chain.map((line) => line['seq'])).toEqual(chain.map((_, index) => index));
    const recorded = new Set(
      of(chain, 'redaction').flatMap((line) =>
        (line['redactions'] as { hmac: string }[]).map(({ hmac }) => hmac),
      ),
    );
    expect(arrived.size).toBeGreaterThan(KILLS);
    expect([...arrived].filter((hmac) => !recorded.has(hmac))).toEqual([]);
    const told = of(chain, 'detokenization').reduce(
      (sum, line) => sum + Number(line['restored']),
      0,
    );
    expect(restored).toBeGreaterThan(0);
    expect(told).toBeGreaterThanOrEqual(restored);

    const files = ['log/chain', '--pubkey', 'etc/signing.pub'].map((part) =>
      part.startsWith('-') ? part : join(daemon.home, part),
    );
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [LAUNCHER, 'verify-chain', '--json', ...files],
      { env: environment(daemon.home) },
    );
    const report = JSON.parse(stdout) as Record<string, unknown>;
    process.stdout.write(
      `kills: ${KILLS}, lines ${chain.length}, arrived ${arrived.size}, restored ${restored}, recovered ${of(chain, 'recovered').length}, keys ${of(chain, 'key').length}\n`,
    );
    expect(of(chain, 'key').length).toBeGreaterThan(1);
    expect(report).toMatchObject({ verdict: 'clean', unsigned_tail: 0, torn: 0 });
  },
  KILLS * 20_000 + 60_000,
);

const of = (chain: readonly ChainLine[], type: string): readonly ChainLine[] =>
  chain.filter((line) => line.line_type === type);
