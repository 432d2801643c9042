import { closeSync, fsyncSync, lstatSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { filesOf } from '../../config/files.ts';
import type { Homes } from '../../config/types.ts';
import { posixQuote } from '../shell-syntax.ts';
import { fail, ok, type Verdict } from './check.ts';

/** As much as a few audit lines: a full disk may still take a single byte. */
const PROBE = Buffer.alloc(4096, 0x0a);

/** Whether a line would get to the disk: writes, synchronises and removes a probe. */
export function chainDirWritable(homes: Homes): Verdict {
  const { chain } = filesOf(homes);
  const stats = lstatSync(chain, { throwIfNoEntry: false });
  if (stats === undefined) {
    return fail(
      `the audit log ${chain} is missing`,
      `restore it from a backup; in a new home: waterwall init`,
    );
  }
  if (!stats.isDirectory()) {
    return fail(`${chain} is no folder`, `move it away and restore the log from a backup`);
  }
  // No segment's name: readers of the chain pass it by.
  const probe = join(chain, `.probe-${process.pid}`);
  try {
    const handle = openSync(probe, 'w', 0o600);
    try {
      writeSync(handle, PROBE);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
      rmSync(probe, { force: true });
    }
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    return fail(`no line can be written in ${chain} (${code})`, mend(code, chain));
  }
  return ok(`lines get to the disk in ${chain}`);
}

function mend(code: string, chain: string): string {
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'make room on its disk';
  if (code === 'EROFS') return 'mount its file system for writing';
  const user = process.getuid?.();
  return `give it back to the user Waterwall runs as: chown -R ${user ?? 'USER'} ${posixQuote(chain)} && chmod 700 ${posixQuote(chain)}`;
}
