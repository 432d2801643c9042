import { type DiskUse, lookAtDisk } from '../../audit/disk-use.ts';
import type { HomeFiles } from '../../config/files.ts';

/** What the log takes on the disk, looked at now and then. */
export interface LogSurvey {
  /** As it was looked at last. */
  readonly disk: DiskUse | undefined;
  look(): void;
}

export function createLogSurvey(files: HomeFiles, onFault: (error: unknown) => void): LogSurvey {
  let disk: DiskUse | undefined;
  let looking = false;
  return {
    get disk() {
      return disk;
    },
    look() {
      // A slow disk is not asked again while it still answers.
      if (looking) return;
      looking = true;
      lookAtDisk(files)
        .then((found) => {
          disk = found;
        }, onFault)
        .finally(() => {
          looking = false;
        });
    },
  };
}
