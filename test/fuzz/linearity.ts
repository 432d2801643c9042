import type { Target } from './target.ts';

/** An input of which more takes more time than there is more of it. */
export interface SlowInput {
  readonly input: string;
  /** Milliseconds of the processor. */
  readonly short: number;
  readonly long: number;
}

/** Inputs that are looked at; each is repeated to both lengths. */
const MOST = 8;

const SHORT = 8 * 1024;
const TIMES = 4;

/** What quadratic work would multiply the time by is {@link TIMES} squared; caches cost something. */
const TOO_MANY = 3 * TIMES;

/** Less than this in milliseconds is noise. */
const NOISE = 60;

/** The first of the latest inputs that, repeated, takes more than linear time. */
export async function linearityOf(
  target: Target,
  corpus: readonly Buffer[],
): Promise<SlowInput | undefined> {
  if (target.longest !== undefined) return undefined;
  for (const input of corpus.slice(-MOST)) {
    if (input.length === 0) continue;
    const short = await quickest(target, repeated(input, SHORT));
    const long = await quickest(target, repeated(input, SHORT * TIMES));
    if (long > NOISE && long > short * TOO_MANY) {
      return { input: input.toString('latin1'), short, long };
    }
  }
  return undefined;
}

/** Processor time: what else the machine does does not count. */
async function quickest(target: Target, input: Buffer): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 2; round++) {
    const before = process.cpuUsage();
    await target.run(input);
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  return Math.min(...times);
}

function repeated(input: Buffer, length: number): Buffer {
  const times = Math.ceil(length / input.length);
  return Buffer.concat(Array.from({ length: times }, () => input)).subarray(0, length);
}
