// `npm run bench -- verify-chain`: a log of a million lines, ten thousand of them checkpoints, verified.
import { createHash } from 'node:crypto';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { quantile, round } from './figures.mjs';

const lib = (path) => import(fileURLToPath(new URL(`../dist/lib/audit/${path}`, import.meta.url)));

/** Lines between two checkpoints, as by default. */
const CADENCE = 100;

const exchange = { host: 'api.anthropic.com', session: '0b9e6f3c-52a4-4f0e-9d0e-1f2a3b4c5d6e' };
const FIELDS = [
  [
    'redaction',
    {
      ...exchange,
      redactions: [{ type: 'AWS_ACCESS_KEY', hmac: '0123456789abcdef' }],
      policy_hash: '0'.repeat(64),
    },
  ],
  [
    'detokenization',
    { ...exchange, restored: 1, types: { AWS_ACCESS_KEY: 1 }, unknown_placeholders: 0 },
  ],
];

/** Seconds of the wall clock and of the processor, medians. */
export async function benchVerifyChain(lines, rounds, say) {
  const { verifyChain } = await lib('verify.js');
  const folder = mkdtempSync(join(os.tmpdir(), 'waterwall-bench-verify-'));
  try {
    say(`a log of ${lines} lines`);
    const keys = { log: await writeLog(folder, lines) };
    const took = { wall: [], processor: [] };
    for (let round = 0; round < rounds; round++) {
      const before = process.cpuUsage();
      const at = performance.now();
      const report = await verifyChain(join(folder, 'chain'), { keys });
      took.wall.push((performance.now() - at) / 1000);
      const { user, system } = process.cpuUsage(before);
      took.processor.push((user + system) / 1e6);
      if (report.lines !== lines || report.unsigned_tail > 0) throw new Error('not verified');
    }
    const middle = (values) => round(quantile(values, 0.5));
    return { wall: middle(took.wall), processor: middle(took.processor) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function writeLog(folder, lines) {
  const { signCheckpoint } = await lib('checkpoint.js');
  const { publicKeyOf } = await lib('ed25519.js');
  const { openFrontier } = await lib('frontier.js');
  const { leafHash, ZERO_HASH } = await lib('leaf.js');
  const { buildLine } = await lib('line.js');
  const { verifierKey } = await lib('vkey.js');
  const seed = createHash('sha256').update('bench').digest();
  const key = verifierKey('waterwall.local/00000000000000aa', publicKeyOf(seed));
  const tree = openFrontier();
  let head = { length: 0, hash: ZERO_HASH };
  let siblings = [];

  function fieldsOf(seq) {
    if (seq % CADENCE < CADENCE - 1) return FIELDS[seq % 2];
    const path = siblings.map((node) => node.toString('base64'));
    return ['checkpoint', { size: seq, path, note: signCheckpoint(seq, tree.root(), key, seed) }];
  }

  function* all() {
    for (let seq = 0; seq < lines; seq++) {
      const [type, fields] = fieldsOf(seq);
      const line = buildLine(head, new Date(Date.UTC(2026, 0, 2) + 10 * seq), type, fields);
      const hash = leafHash(line.subarray(0, -1));
      head = { length: seq + 1, hash };
      // Those of the last leaf are the subtrees before it, the smallest first.
      siblings = tree.hashes.toReversed();
      tree.add(Buffer.from(hash, 'base64'));
      yield line;
    }
  }

  mkdirSync(join(folder, 'chain'));
  const path = join(folder, 'chain', `${'0'.repeat(20)}.jsonl`);
  await pipeline(all, createWriteStream(path));
  writeFileSync(join(folder, 'checkpoint'), signCheckpoint(lines, tree.root(), key, seed));
  return key;
}
