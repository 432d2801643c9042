import type { Coverage } from './coverage.ts';
import { minimise } from './minimise.ts';
import { mutate } from './mutate.ts';
import { type Random, randomOf } from './random.ts';
import { type Target, Violation } from './target.ts';

/** An input for which something does not hold. */
export interface Finding {
  readonly input: Buffer;
  readonly error: Error;
}

export interface LoopOptions {
  readonly seed: number;
  /** Asked before each batch: whether to go on. */
  readonly more: (tried: number) => boolean;
  /** Without it every input is as good as any other. */
  readonly coverage?: Coverage;
  /** Inputs between two looks at the coverage. */
  readonly batch?: number;
}

export interface LoopReport {
  readonly tried: number;
  /** The seeds, and the inputs that reached what none before them did. */
  readonly corpus: readonly Buffer[];
  /** In its shortest form. */
  readonly finding: Finding | undefined;
}

/** One look at the coverage costs as much as many short inputs. */
const BATCH = 128;

const LONGEST = 4096;

/** What was found last is nearest to what was not found yet. */
const LATEST = 16;

/**
 * Tries inputs until one fails or there shall be no more. Those that run new code are kept, and
 * further ones are made from them.
 */
export async function fuzz(target: Target, options: LoopOptions): Promise<LoopReport> {
  const { coverage, more, batch: size = BATCH } = options;
  const random = randomOf(options.seed);
  const words = target.words.map((word) => Buffer.from(word));
  const corpus: Buffer[] = target.seeds.map((seed) => Buffer.from(seed));
  let tried = 0;

  /** Runs a batch; gives the first that fails. */
  async function run(batch: readonly Buffer[]): Promise<Finding | undefined> {
    for (const input of batch) {
      tried++;
      const error = await failureOf(target, input);
      if (error !== undefined) return { input, error };
    }
    return undefined;
  }

  /** Runs a batch in halves until it is known which of its inputs ran which of the blocks. */
  async function keepWhatRan(batch: readonly Buffer[], blocks: ReadonlySet<number>): Promise<void> {
    for (const half of [batch.slice(0, batch.length >> 1), batch.slice(batch.length >> 1)]) {
      if (half.length === 0) continue;
      await run(half);
      const ran = [...(coverage?.look() ?? [])].filter((block) => blocks.has(block));
      if (ran.length === 0) continue;
      if (half.length > 1) await keepWhatRan(half, new Set(ran));
      else corpus.push(half[0] as Buffer);
      coverage?.keep(ran);
    }
  }

  let batch: readonly Buffer[] = corpus.slice();
  for (let isFirst = true; ; isFirst = false) {
    const finding = await run(batch);
    if (finding !== undefined) {
      return { tried, corpus, finding: await shortest(target, finding) };
    }
    if (isFirst) coverage?.keepAll();
    const blocks = coverage?.look() ?? new Set();
    if (blocks.size > 0) await keepWhatRan(batch, blocks);
    coverage?.keep(blocks);
    if (!more(tried)) return { tried, corpus, finding: undefined };
    batch = Array.from({ length: size }, () =>
      mutate(pick(corpus, random), random, words, corpus, target.longest ?? LONGEST),
    );
  }
}

function pick(corpus: readonly Buffer[], random: Random): Buffer {
  const latest = Math.min(corpus.length, LATEST);
  const at = random.once(2)
    ? random.below(corpus.length)
    : corpus.length - 1 - random.below(latest);
  return corpus[at] as Buffer;
}

async function shortest(target: Target, { input, error }: Finding): Promise<Finding> {
  const fails = async (other: Buffer): Promise<boolean> => {
    const failure = await failureOf(target, other);
    return failure !== undefined && kindOf(failure) === kindOf(error);
  };
  const short = await minimise(input, fails);
  return { input: short, error: (await failureOf(target, short)) ?? error };
}

/** What does not hold for an input; undefined where all does. */
export async function failureOf(target: Target, input: Buffer): Promise<Error | undefined> {
  try {
    await target.run(input);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Two errors are of one kind if they say the same but for the details. */
function kindOf(error: Error): string {
  const [what = ''] = error.message.split(': ');
  return error instanceof Violation ? what : `${error.name} ${what.slice(0, 60)}`;
}
