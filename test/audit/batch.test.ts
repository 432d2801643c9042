import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseLines } from '../../lib/audit/batch.ts';
import type { BatchThreads } from '../../lib/audit/batch-threads.ts';
import { readPublicKeys } from '../../lib/audit/public-keys.ts';
import { verifyChain } from '../../lib/audit/verify.ts';
import { linesOf, newLog, segmentPath, writtenLog } from './logs.ts';
import { readVectors, VECTORS } from './vectors.ts';

const keys = await readPublicKeys(join(VECTORS, 'signing.pub'));

/** What threads do, in this one. */
const here: BatchThreads = {
  width: 3,
  parse: async (bytes) => structuredClone(parseLines(bytes)),
  close: async () => {},
};

describe('lines that are parsed in threads get the report that they get one after another', () => {
  const chains = readVectors().filter(({ kind }) => kind === 'chain');
  test.each(chains.map((one) => [one.name, one] as const))('%s', async (_, { path, known }) => {
    const now = Date.UTC(2026, 0, 2, 3, 9);
    const report = await verifyChain(path, { keys, known, now });
    expect(await verifyChain(path, { keys, known, now, threads: here })).toEqual(report);
    const bare = await verifyChain(path, { now });
    expect(await verifyChain(path, { now, threads: here })).toEqual(bare);
  });

  test('longer than a chunk, in segments, with a torn end, and changed anywhere', async () => {
    const { folder, log } = await newLog();
    for (let seq = 0; seq < 8999; seq++) {
      const line = { host: `host-${seq}.test`, bytes: seq };
      (seq % 4000 === 3999 ? log.rotate() : log.append('tunnel', line)).catch(() => {});
    }
    await log.close();
    const chain = join(folder, 'chain');
    const last = segmentPath(folder, 8000);
    writeFileSync(last, `${readFileSync(last, 'utf8')}{"seq":`);
    const report = await verifyChain(chain);
    expect(report).toMatchObject({ lines: 9000, torn: 7 });
    expect(await verifyChain(chain, { threads: here })).toEqual(report);
    const path = segmentPath(folder, 4000);
    const whole = readFileSync(path);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 1),
        fc.integer({ min: 0, max: 255 }),
        async (at, byte) => {
          const changed = Buffer.from(whole);
          changed[at] = byte;
          writeFileSync(path, changed);
          const found = await verifyChain(chain, { threads: here });
          expect(found).toEqual(await verifyChain(chain));
        },
      ),
      { numRuns: 12 },
    );
  });

  test('bytes that never become a line', async () => {
    const folder = await writtenLog(9, 4);
    appendFileSync(segmentPath(folder, 8), 'x'.repeat(2 * 1024 * 1024));
    const chain = join(folder, 'chain');
    const report = await verifyChain(chain);
    expect(report.verdict).toBe('tampered');
    expect(await verifyChain(chain, { threads: here })).toEqual(report);
  });

  test('a copy of a segment, under another name', async () => {
    const folder = await writtenLog(9, 4);
    const copy = join(folder, 'copy.txt');
    copyFileSync(segmentPath(folder, 4), copy);
    expect(await verifyChain(copy, { threads: here })).toEqual(await verifyChain(copy));
  });
});

test('a batch with a fault, or that ends within a line, is none', async () => {
  const folder = await writtenLog(5);
  const bytes = readFileSync(segmentPath(folder));
  expect(parseLines(bytes)).toMatchObject({ first: 0, types: ['tunnel', 'stop'] });
  expect(parseLines(Buffer.alloc(0))?.kinds).toHaveLength(0);
  expect(parseLines(bytes.subarray(0, -1))).toBeUndefined();
  const [lines = []] = linesOf(folder);
  expect(parseLines(Buffer.from(`${lines[0]}\n${lines[2]}\n`))).toBeUndefined();
});

test('threads of the built program answer in order, and a thread that ends leaves nobody waiting', async () => {
  const built = fileURLToPath(new URL('../../dist/lib/audit/batch-threads.js', import.meta.url));
  const { startBatchThreads } = (await import(
    built
  )) as typeof import('../../lib/audit/batch-threads.ts');
  const threads = startBatchThreads();
  expect(threads, `${basename(built)} is built, and there are two processors`).toBeDefined();
  const folder = await writtenLog(40, 4);
  const segments = Array.from({ length: 10 }, (_, at) => readFileSync(segmentPath(folder, 4 * at)));
  const parsed = await Promise.all(segments.map((bytes) => threads?.parse(alone(bytes))));
  expect(parsed).toEqual(segments.map((bytes) => structuredClone(parseLines(bytes))));
  expect(await threads?.parse(alone(segments[0]?.subarray(1)))).toBeUndefined();
  const running = threads?.parse(alone(segments[0]));
  await threads?.close();
  await running;
  expect(await threads?.parse(alone(segments[0]))).toBeUndefined();
});

/** A copy in memory of its own: small buffers share theirs, which cannot be given away. */
function alone(bytes: Uint8Array = new Uint8Array()): Buffer {
  return Buffer.from(new Uint8Array(bytes).buffer);
}
