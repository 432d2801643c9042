import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readPublicKeys } from '../../lib/audit/public-keys.ts';
import { exitCodeOf, verifyChain } from '../../lib/audit/verify.ts';
import { readVectors, VECTORS, type Vector } from './vectors.ts';

const keys = await readPublicKeys(join(VECTORS, 'signing.pub'));

async function verdict({ path, known }: Vector): Promise<number> {
  return exitCodeOf(await verifyChain(path, { keys, known }));
}

describe('each vector gets its verdict', () => {
  test.each(readVectors().map((one) => [one.name, one] as const))('%s', async (_, vector) => {
    expect(await verdict(vector), vector.why).toBe(vector.exit);
  });
});

test('the vectors are what their script makes', () => {
  const script = fileURLToPath(new URL('../../build/audit-vectors.mjs', import.meta.url));
  execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' });
});
