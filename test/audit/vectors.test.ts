import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { verifyEvidence } from '../../lib/audit/evidence/verify.ts';
import { readKeyEpochs } from '../../lib/audit/key-epochs.ts';
import { readPublicKeys } from '../../lib/audit/public-keys.ts';
import { openReceipt } from '../../lib/audit/receipt.ts';
import { exitCodeOf, verifyChain } from '../../lib/audit/verify.ts';
import { readVectors, VECTORS, type Vector } from './vectors.ts';

const keys = await readPublicKeys(join(VECTORS, 'signing.pub'));

async function verdict({ kind, path, known, epochs }: Vector): Promise<number> {
  if (kind === 'chain') return exitCodeOf(await verifyChain(path, { keys, known }));
  if (kind === 'bundle') return exitCodeOf(await verifyEvidence(path, keys));
  const { key } = await readKeyEpochs(epochs ?? dirname(path), keys.log);
  return 'fault' in openReceipt(readFileSync(path), key) ? 1 : 0;
}

describe('each vector gets its verdict', () => {
  test.each(readVectors().map((one) => [one.name, one] as const))('%s', async (_, vector) => {
    expect(await verdict(vector), vector.why).toBe(vector.exit);
  });
});

test('verify.py, written from the specification, gives the same', async ({ skip }) => {
  if (spawnSync('python3', ['--version']).status !== 0) skip();
  const script = fileURLToPath(new URL('../../share', import.meta.url));
  const vectors = readVectors();
  const given = vectors.map(({ path, known, epochs }) => [
    [path, '--pubkey', join(VECTORS, 'signing.pub')],
    known.length > 0 ? ['--known', ...known] : [],
    epochs === undefined ? [] : ['--epochs', epochs],
  ]);
  const { stdout, stderr } = spawnSync('python3', ['-B', '-c', RUN_ALL, script], {
    encoding: 'utf8',
    input: JSON.stringify(given.map((parts) => parts.flat())),
  });
  expect(stderr).toBe('');
  const said = vectors.map(({ name, exit }) => `${name} ${exit}`);
  const found = (JSON.parse(stdout) as number[]).map((exit, at) => `${vectors[at]?.name} ${exit}`);
  expect(found).toEqual(said);
});

test('verify.py is short enough to be read before it is trusted', () => {
  const script = new URL('../../share/verify.py', import.meta.url);
  const lines = readFileSync(script, 'utf8').trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(LINES);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(COLUMNS);
});

/** What it has; the aim is 150. It may only get smaller. */
const LINES = 186;
const COLUMNS = 120;

/** One process for all: starting Python takes longer than most verifications. */
const RUN_ALL = `
import contextlib, io, json, sys
sys.path.insert(0, sys.argv[1])
import verify
def run(args):
    sys.argv[1:] = args
    with contextlib.redirect_stdout(io.StringIO()): return verify.main()
print(json.dumps([run(args) for args in json.load(sys.stdin)]))
`;

test('the vectors are what their script makes', () => {
  const script = fileURLToPath(new URL('../../build/audit-vectors.mjs', import.meta.url));
  execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' });
});
