import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { signCheckpoint } from '../../lib/audit/checkpoint.ts';
import { createLog } from '../../lib/audit/create.ts';
import { publicKeyOf } from '../../lib/audit/ed25519.ts';
import { leafHash } from '../../lib/audit/leaf.ts';
import { buildLine } from '../../lib/audit/line.ts';
import { openTree } from '../../lib/audit/tree.ts';
import { verifyChain } from '../../lib/audit/verify.ts';
import { verifyLater } from '../../lib/audit/verify-later.ts';
import { verifierKey } from '../../lib/audit/vkey.ts';
import { DEPS, segmentPath, tempFolder } from './logs.ts';

const SEED = Buffer.alloc(32, 7);
const key = verifierKey('waterwall.local/00000000000000bb', publicKeyOf(SEED));

/** Every second line is a checkpoint; those at `bad` carry the signature of the one before. */
async function chainWith(lines: number, bad: readonly number[]): Promise<string> {
  const folder = tempFolder();
  await createLog(folder);
  const tree = openTree();
  const bytes: Buffer[] = [];
  let head = { length: 0, hash: Buffer.alloc(32).toString('base64') };
  let before = '';
  for (let seq = 0; seq < lines; seq++) {
    let fields = {};
    if (seq % 2 === 1) {
      const note = signCheckpoint(seq, tree.root(seq), key, SEED);
      const signed = bad.includes(seq) ? note.split('\n\n')[0] + before : note;
      before = `\n\n${note.split('\n\n')[1]}`;
      const path = tree.inclusion(seq - 1, seq).map((node) => node.toString('base64'));
      fields = { size: seq, path, note: signed };
    }
    const line = buildLine(head, DEPS.now(), seq % 2 === 1 ? 'checkpoint' : 'heartbeat', fields);
    const hash = leafHash(line.subarray(0, -1));
    head = { length: seq + 1, hash };
    tree.add(Buffer.from(hash, 'base64'));
    bytes.push(line);
  }
  writeFileSync(segmentPath(folder), Buffer.concat(bytes));
  return join(folder, 'chain');
}

test('more signatures than are verified at once, in other threads', async () => {
  const report = await verifyChain(await chainWith(402, []), { keys: { log: key } });
  expect(report).toMatchObject({ lines: 402, signed_through: 400, checkpoints: 201 });
});

test.each([
  [[3], 3],
  [[399], 399],
  [[399, 57, 131], 57],
])(
  'of bad signatures in lines %j the first is reported, as if nothing came after it',
  async (bad, first) => {
    const report = await verifyChain(await chainWith(402, bad), { keys: { log: key } });
    const reason = `the signature by ${key.name} is not of this note`;
    expect(report).toMatchObject({ verdict: 'tampered', lines: first, last: first - 1 });
    expect(report.tampered).toMatchObject({ seq: first, line: first + 1, reason });
  },
);

test('a signature that is no signature is not good', async () => {
  const later = verifyLater(key);
  later.key.verify(Buffer.from('text'), Buffer.alloc(3));
  expect(await later.allGood()).toBe(false);
});

test('asks to wait while many are under way', async () => {
  const later = verifyLater(key);
  const note = signCheckpoint(0, Buffer.alloc(32), key, SEED);
  const [text, line] = note.split('\n\n') as [string, string];
  const signature = Buffer.from(line.slice(line.lastIndexOf(' ')), 'base64').subarray(4);
  expect(later.room()).toBeUndefined();
  for (let each = 0; each < 64; each++) later.key.verify(Buffer.from(`${text}\n`), signature);
  await expect(later.room()).resolves.toBeUndefined();
  expect(await later.allGood()).toBe(true);
});
