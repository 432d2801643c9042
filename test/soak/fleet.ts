import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { joinDeltas, TEST_APIS, type TestApi } from '../support/apis.ts';
import { ask, proxyAgent } from '../support/client.ts';
import type { Provider } from '../support/provider.ts';
import { makeSecret } from '../support/secrets.ts';
import type { ProxyAddress } from '../support/tunnel.ts';

/** Resident memory (MiB) and open descriptors of a process. */
export interface Usage {
  readonly memory: number;
  readonly descriptors: number;
}

/** What a fleet saw. */
export interface FleetReport {
  readonly exchanges: number;
  /** What went wrong, a line each; secrets are never quoted. */
  readonly failures: readonly string[];
  /** How often the provider was found to have got a secret. */
  readonly leaks: number;
  /** Of the proxy, once a second. */
  readonly samples: readonly Usage[];
}

/** What the agents of a fleet speak through. */
export interface FleetWay extends ProxyAddress {
  readonly pid: number;
  /** Secrets are replaced and restored, which is checked. */
  readonly protects: boolean;
}

export interface FleetLoad {
  readonly agents: number;
  readonly milliseconds: number;
}

/** Agents think, read and run tools between two requests; all of them together ask 128 times a second. */
const TURN = 500;

/** Sizes of what agents send: a question, a file, a long conversation. */
const SIZES = [1_000, 30_000, 200_000];

/** How often the stand-in's record is searched and dropped. */
const ROUND = 1_000;

/**
 * Lets many agents work at once, each with secrets of its own: mixed APIs, sizes, streamed and
 * whole; every answer must hold exactly what its agent sent, and the provider none of it. The same
 * times whatever they speak through, so that ways can be compared.
 */
export async function runFleet(
  way: FleetWay,
  provider: Provider,
  { agents, milliseconds }: FleetLoad,
): Promise<FleetReport> {
  const begun = performance.now();
  const failures: string[] = [];
  const secrets: string[] = [];
  const samples: Usage[] = [];
  let leaks = 0;
  let exchanges = 0;

  const work = async (number: number): Promise<void> => {
    const agent = proxyAgent(way, { keepAlive: true, maxSockets: 1 });
    const own = [makeSecret('AWS_ACCESS_KEY', number), makeSecret('GITHUB_TOKEN', number)];
    secrets.push(...own);
    let due = begun + (number / agents) * TURN;
    for (let turn = number; due < begun + milliseconds; turn++) {
      await sleep(Math.max(0, due - performance.now()));
      const api = TEST_APIS[turn % TEST_APIS.length] as TestApi;
      const stream = turn % 2 === 0;
      const size = SIZES[turn % SIZES.length] as number;
      try {
        const text = await exchange(way, api, agent, number, own, size, stream);
        if (way.protects && text !== `got ${own.join(' ')}`) {
          failures.push(`${api.name}: another answer`);
        }
      } catch (error) {
        failures.push(`${api.name}: ${error instanceof Error ? error.message : 'no error'}`);
      }
      exchanges++;
      // Who is late does not make up for it: the load never becomes a queue.
      due = Math.max(due + TURN, performance.now());
    }
    agent.destroy();
  };
  const sample = (): void => {
    samples.push(usageOf(way.pid));
    const seen = provider.received().toString('latin1');
    if (way.protects && secrets.some((secret) => seen.includes(secret))) leaks++;
    provider.forget();
  };
  const timer = setInterval(sample, ROUND);
  await Promise.all(Array.from({ length: agents }, (_, number) => work(number)));
  clearInterval(timer);
  sample();
  return { exchanges, failures, leaks, samples };
}

async function exchange(
  way: ProxyAddress,
  api: TestApi,
  agent: ReturnType<typeof proxyAgent>,
  number: number,
  secrets: readonly string[],
  size: number,
  stream: boolean,
): Promise<unknown> {
  const filler = `line ${number} of a file\n`.repeat(size / 20);
  const body = api.prompt('@@[{"text":"got {{pl}}"}]@@', `${secrets.join('\n')}\n${filler}`);
  const answer = await ask(way, {
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
function usageOf(pid: number): Usage {
  const [, resident] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
  return {
    memory: (Number(resident) * 4096) / 2 ** 20,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}
