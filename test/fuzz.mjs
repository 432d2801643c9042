// Looks for inputs that break what must hold, led by the coverage:
//   npm run fuzz [-- --target request,answer-json --seconds 60 --seed 1]
// A target is meant by the beginning of its name; `properties` repeats the property tests with
// other seeds, a hundred times the cases of the suite (`--times`). Ends with 1 where anything was found.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    target: { type: 'string', default: '' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '' },
    times: { type: 'string', default: '100' },
  },
});
const isWhole = (text) => /^[1-9]\d{0,8}$/.test(text);
if (![values.seconds, values.times].every(isWhole) || !/^\d{0,9}$/.test(values.seed)) {
  console.error('--seconds and --times take whole numbers from 1, --seed one from 0');
  process.exit(2);
}
const root = fileURLToPath(new URL('..', import.meta.url));
const properties = values.target === 'properties';
const args = properties
  ? ['run', 'test/pipeline', '--testTimeout', '100000000']
  : ['run', '--config', 'vitest.fuzz.config.ts'];
const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', ...args], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    WATERWALL_FUZZ_TARGET: values.target,
    WATERWALL_FUZZ_SECONDS: values.seconds,
    ...(values.seed !== '' && { WATERWALL_FUZZ_SEED: values.seed }),
    ...(properties && { WATERWALL_RUNS: values.times, WATERWALL_SEED: values.seed || 'random' }),
  },
});
process.exitCode = status ?? 1;
