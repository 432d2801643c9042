import { expect, test } from 'vitest';
import { startCoverage } from './coverage.ts';
import { linearityOf } from './linearity.ts';
import { fuzz } from './loop.ts';

// The long run, led by the coverage: `npm run fuzz`. What it finds it keeps as a vector, which the
// suite tries from then on.

const SECONDS = Number(process.env['WATERWALL_FUZZ_SECONDS'] ?? 60);
const SEED = Number(process.env['WATERWALL_FUZZ_SEED'] ?? Date.now() % 1e9);
const WANTED = (process.env['WATERWALL_FUZZ_TARGET'] ?? '')
  .split(',')
  .filter((name) => name !== '');

const coverage = startCoverage((url) => url.includes('/lib/') && !url.includes('node_modules'));
// Only what is loaded from now on is counted.
const { TARGETS } = await import('./targets/index.ts');
const { keepVector } = await import('./vectors.ts');

const targets = TARGETS.filter(
  ({ name }) => WANTED.length === 0 || WANTED.some((wanted) => name.startsWith(wanted)),
);

test.each(targets.map((target) => [target.name, target] as const))(
  '%s',
  async (name, target) => {
    const until = performance.now() + SECONDS * 1000;
    const { tried, corpus, finding } = await fuzz(target, {
      seed: SEED,
      coverage,
      more: () => performance.now() < until,
    });
    process.stdout.write(
      `${name}: ${tried} inputs, ${corpus.length} kept, ${coverage.size} characters of code, seed ${SEED}\n`,
    );
    if (finding !== undefined) {
      const { input, error } = finding;
      const file = keepVector({ target: name, what: error.message.split(': ')[0] ?? '', input });
      expect.fail(`${error.stack}\n\n${JSON.stringify(input.toString('latin1'))}\nkept as ${file}`);
    }
    const slow = await linearityOf(target, corpus);
    expect(
      slow && JSON.stringify(slow),
      'an input that takes more than linear time',
    ).toBeUndefined();
  },
  // The time is the loop's own matter.
  SECONDS * 1000 + 300_000,
);
