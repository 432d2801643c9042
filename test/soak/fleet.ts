import { readdirSync, readFileSync } from 'node:fs';
import { joinDeltas, TEST_APIS, type TestApi } from '../support/apis.ts';
import { proxyAgent } from '../support/client.ts';
import type { Rig } from '../support/rig.ts';
import { makeSecret } from '../support/secrets.ts';

/** What a fleet saw. */
export interface FleetReport {
  readonly exchanges: number;
  /** What went wrong, a line each; secrets are never quoted. */
  readonly failures: readonly string[];
  /** Resident memory of the daemon (MiB) and its open descriptors, once a round. */
  readonly samples: readonly { readonly memory: number; readonly descriptors: number }[];
}

export interface FleetOptions {
  readonly agents: number;
  readonly milliseconds: number;
}

/** Sizes of what agents send: a question, a file, a long conversation. */
const SIZES = [1_000, 30_000, 200_000];

/** How often the stand-in's record is searched and dropped. */
const ROUND = 1_000;

/**
 * Lets many agents work at once, each with secrets of its own: mixed APIs, sizes, streamed and
 * whole; every answer must hold exactly what its agent sent, and the provider none of it.
 */
export async function runFleet(
  rig: Rig,
  { agents, milliseconds }: FleetOptions,
): Promise<FleetReport> {
  const end = performance.now() + milliseconds;
  const failures: string[] = [];
  const secrets: string[] = [];
  const samples: { memory: number; descriptors: number }[] = [];
  let exchanges = 0;

  const work = async (number: number): Promise<void> => {
    const agent = proxyAgent(rig.daemon, { keepAlive: true, maxSockets: 1 });
    const own = [makeSecret('AWS_ACCESS_KEY', number), makeSecret('GITHUB_TOKEN', number)];
    secrets.push(...own);
    for (let turn = number; performance.now() < end; turn++) {
      const api = TEST_APIS[turn % TEST_APIS.length] as TestApi;
      const stream = turn % 2 === 0;
      const size = SIZES[turn % SIZES.length] as number;
      try {
        const text = await exchange(rig, api, agent, number, own, size, stream);
        if (text !== `got ${own.join(' ')}`) failures.push(`${api.name}: another answer`);
      } catch (error) {
        failures.push(`${api.name}: ${error instanceof Error ? error.message : 'no error'}`);
      }
      exchanges++;
    }
    agent.destroy();
  };
  const sample = (): void => {
    samples.push(usageOf(rig.daemon.pid));
    const seen = rig.provider.received().toString('latin1');
    if (secrets.some((secret) => seen.includes(secret)))
      failures.push('a secret reached the provider');
    rig.provider.forget();
  };
  const timer = setInterval(sample, ROUND);
  await Promise.all(Array.from({ length: agents }, (_, number) => work(number)));
  clearInterval(timer);
  sample();
  return { exchanges, failures, samples };
}

async function exchange(
  rig: Rig,
  api: TestApi,
  agent: ReturnType<typeof proxyAgent>,
  number: number,
  secrets: readonly string[],
  size: number,
  stream: boolean,
): Promise<unknown> {
  const filler = `line ${number} of a file\n`.repeat(size / 20);
  const body = api.prompt('@@[{"text":"got {{pl}}"}]@@', `${secrets.join('\n')}\n${filler}`);
  const answer = await rig.daemon.ask({
    host: api.host,
    path: api.path,
    agent,
    headers: { 'x-session-id': `agent-${number}` },
    body: { ...body, stream },
  });
  if (answer.status !== 200 || !answer.complete) throw new Error(`status ${answer.status}`);
  return stream ? joinDeltas(answer.text, api.textDelta) : api.wholeText(answer.json() as never);
}

/** What Linux says of a process. */
function usageOf(pid: number): { memory: number; descriptors: number } {
  const [, resident] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
  return {
    memory: (Number(resident) * 4096) / 2 ** 20,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}
