import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPublicKeys } from '../../lib/audit/public-keys.ts';
import { verifyChain } from '../../lib/audit/verify.ts';
import { tempFolder } from './logs.ts';
import { VECTORS } from './vectors.ts';

/** A log of three key epochs, and the names of the receipts of both changes. */
async function threeEpochs() {
  const folder = tempFolder();
  const source = join(VECTORS, 'epochs-good');
  cpSync(source, folder, { recursive: true });
  const chain = join(folder, 'chain');
  const receipts = readdirSync(chain).filter((name) => name.endsWith('.tlog-proof'));
  const keys = await readPublicKeys(join(VECTORS, 'signing.pub'));
  return { source, folder, chain, receipts, keys };
}

test('a key that takes over while a log is verified is no tampering', async () => {
  const { source, folder, chain, receipts, keys } = await threeEpochs();
  const late = receipts.at(-1) as string;
  rmSync(join(chain, late));
  // Read after the receipts: whoever opens it for writing waits until then.
  const known = join(folder, 'known');
  execFileSync('mkfifo', [known]);
  const verifying = verifyChain(chain, { keys, known: [known] });
  const pipe = await open(known, 'w');
  copyFileSync(join(source, 'chain', late), join(chain, late));
  // A second reading finds a plain file.
  rmSync(known);
  copyFileSync(join(folder, 'checkpoint'), known);
  await pipe.writeFile(readFileSync(known));
  await pipe.close();
  expect(await verifying).toMatchObject({ verdict: 'clean', incomplete: [] });
});

test('the report says which receipt is not genuine, and which key signed where another one should have', async () => {
  const { folder, chain, receipts, keys } = await threeEpochs();
  const [first = '', second = ''] = receipts;
  copyFileSync(join(chain, second), join(chain, first));
  expect((await verifyChain(chain, { keys })).tampered).toMatchObject({
    file: first,
    reason: expect.stringMatching(/not signed by .*, but by its key [0-9a-f]{8}/),
  });
  for (const name of receipts) rmSync(join(chain, name));
  rmSync(join(folder, 'checkpoint'));
  expect((await verifyChain(chain, { keys })).tampered).toMatchObject({
    reason: expect.stringMatching(/but by its key [0-9a-f]{8}/),
  });
});
