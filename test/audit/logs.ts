import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createLog } from '../../lib/audit/create.ts';
import { type LogDeps, openLog } from '../../lib/audit/log.ts';
import type { AuditLog } from '../../lib/audit/types.ts';

export const DEPS: LogDeps = { now: () => new Date('2026-01-02T03:04:05.678Z') };

/** A log folder that is gone when the test is over. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'waterwall-audit-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A new log, open. */
export async function newLog(folder = tempFolder()): Promise<{ folder: string; log: AuditLog }> {
  await createLog(folder);
  return { folder, log: await openLog(folder, DEPS) };
}

/** A closed log of `lines` lines, the last one `stop`, in segments of at most `perSegment`. */
export async function writtenLog(lines: number, perSegment = lines): Promise<string> {
  const { folder, log } = await newLog();
  for (let seq = 0; seq < lines - 1; seq++) {
    if ((seq + 1) % perSegment === 0) await log.rotate();
    else await log.append('tunnel', { host: `host-${seq}.test`, bytes: seq });
  }
  await log.close();
  return folder;
}

/** The chain's segments, their lines without newlines. */
export function linesOf(folder: string): string[][] {
  const chain = join(folder, 'chain');
  return readdirSync(chain)
    .sort()
    .map((name) => readFileSync(join(chain, name), 'utf8').split('\n').slice(0, -1));
}

export function segmentPath(folder: string, first = 0): string {
  return join(folder, 'chain', `${String(first).padStart(20, '0')}.jsonl`);
}
