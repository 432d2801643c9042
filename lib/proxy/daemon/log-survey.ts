import { type DiskUse, lookAtDisk } from '../../audit/disk-use.ts';
import type { HomeFiles } from '../../config/files.ts';

/** What the log takes on the disk, looked at while somebody wants to know. */
export interface LogSurvey {
  /** As it was looked at last; one that is old is looked at again, for whoever asks next. */
  readonly disk: DiskUse | undefined;
}

/** Milliseconds. */
const OLD_AFTER = 5000;

/** @param now - milliseconds of the monotonic clock */
export function createLogSurvey(
  files: Pick<HomeFiles, 'chain' | 'manifests' | 'receipts'>,
  now: () => number,
  onFault: (error: unknown) => void,
): LogSurvey {
  let disk: DiskUse | undefined;
  let lookedAt = now();
  let looking = false;
  const look = (): void => {
    // A slow disk is not asked again while it still answers.
    if (looking) return;
    looking = true;
    lookedAt = now();
    lookAtDisk(files)
      .then((found) => {
        disk = found;
      }, onFault)
      .finally(() => {
        looking = false;
      });
  };
  look();
  return {
    get disk() {
      if (now() - lookedAt >= OLD_AFTER) look();
      return disk;
    },
  };
}
