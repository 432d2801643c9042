import { describe, expect, test } from 'vitest';
import { startCoverage } from './coverage.ts';
import { fuzz } from './loop.ts';
import { holds, type Target } from './target.ts';

// The loop itself: coverage leads it where chance alone would not come, and what it finds is short.

/** Fails for inputs that begin with a word; each letter of it is a block of its own. */
async function deepTarget(): Promise<Target> {
  const { opensLock } = await import('./locked.ts');
  return {
    name: 'lock',
    seeds: ['nothing of it'],
    words: ['w', 'a', 'l', 'x'],
    run: (input) => holds(!opensLock(input), 'the lock is open'),
  };
}

const SEED = 4;
const MOST = 20_000;

describe('the loop', () => {
  test('comes letter by letter to what only a whole word opens, and makes it short', async () => {
    const coverage = startCoverage((url) => url.includes('locked.ts'));
    const { finding } = await fuzz(await deepTarget(), {
      seed: SEED,
      coverage,
      more: (tried) => tried < MOST,
    });
    coverage.stop();
    expect(finding?.input.toString()).toBe('wall');
    expect(finding?.error.message).toBe('the lock is open');
  });

  test('does not come there without it', async () => {
    const more = (tried: number): boolean => tried < MOST;
    const { finding, corpus } = await fuzz(await deepTarget(), { seed: SEED, more });
    expect(finding).toBeUndefined();
    expect(corpus).toHaveLength(1);
  });

  test('does the same for the same seed', async () => {
    const inputs: string[][] = [[], []];
    for (const seen of inputs) {
      const target: Target = {
        name: 'watched',
        seeds: ['a', 'bc'],
        words: ['word'],
        run: (input) => void seen.push(input.toString('latin1')),
      };
      await fuzz(target, { seed: 9, more: (tried) => tried < 500 });
    }
    expect(inputs[0]).toEqual(inputs[1]);
    expect(new Set(inputs[0]).size).toBeGreaterThan(200);
  });
});
