import { accessSync, constants, lstatSync, statSync } from 'node:fs';
import { filesOf } from '../../config/files.ts';
import type { Homes } from '../../config/types.ts';
import type { KillSwitchState } from '../../control/kill-switch-state.ts';
import { posixQuote } from '../shell-syntax.ts';
import { fail, ok, type Verdict, warn } from './check.ts';

/** Whether the run folder can take a sentinel, and holds none. */
export function sentinelDir(homes: Homes): Verdict {
  const { run } = homes;
  const stats = statSync(run, { throwIfNoEntry: false });
  if (stats === undefined) {
    return fail(`the run folder ${run} is missing`, 'make it with `waterwall init`');
  }
  if (!stats.isDirectory()) {
    return fail(`${run} is no folder`, `move it away, then \`waterwall init\``);
  }
  // Whoever may write there can remove the sentinel.
  if ((stats.mode & 0o022) !== 0 && process.platform !== 'win32') {
    return fail(
      `others may write in the run folder ${run}: they could remove the sentinel`,
      `chmod go-w ${posixQuote(run)}`,
    );
  }
  try {
    accessSync(run, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EROFS') {
      return fail(
        `the run folder ${run} is on a read-only file system: it can take no sentinel`,
        'mount it for writing',
      );
    }
    return fail(
      `the run folder ${run} is not this user's to read and write`,
      `chown ${process.getuid?.() ?? 'USER'} ${posixQuote(run)}`,
    );
  }
  const { sentinel } = filesOf(homes);
  if (lstatSync(sentinel, { throwIfNoEntry: false }) !== undefined) {
    return warn(`${sentinel} exists: it stops all egress`, `rm ${posixQuote(sentinel)}`);
  }
  return ok(`\`touch ${posixQuote(sentinel)}\` stops all egress`);
}

/** The same, as the daemon sees it: also whether the folder is still the one it started with. */
export function sentinelDirWatched(homes: Homes, state: KillSwitchState): Verdict {
  const onDisk = sentinelDir(homes);
  if (onDisk.status !== 'ok') return onDisk;
  const held = state.sources.find(({ source }) => source === 'sentinel');
  return held === undefined ? onDisk : fail(held.reason, held.clear);
}
