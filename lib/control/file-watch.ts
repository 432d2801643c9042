import { dirname } from 'node:path';
import { watch } from 'chokidar';
import { signatureOf } from './file-signature.ts';

/** How long a change must have rested: editors write, truncate and rename in several steps. */
const SETTLE = 80;

/**
 * How often the files are looked at whatever the notifications say: some file systems send none,
 * and a folder that is made later, or replaced, may not be watched.
 */
const LOOK_EVERY = 2000;

export interface FileWatchOptions {
  readonly files: readonly string[];
  /** Files that have appeared, changed or gone since the last call. */
  onChange(changed: readonly string[]): void;
  /** Told of failing notifications, e.g. too many watches; looking goes on. */
  onFault(error: unknown): void;
  readonly lookEvery?: number;
}

export interface FileWatch {
  /**
   * Watches these files from now on. A file that is new here and exists counts as changed: it may
   * have appeared after whoever names it looked for it.
   */
  setFiles(files: readonly string[]): void;
  close(): Promise<void>;
}

/**
 * Watches files, present or not. Notifications only say when to look; whether anything changed is
 * decided by the files themselves, so that neither a lost nor a doubled notification matters.
 */
export function watchFiles(options: FileWatchOptions): FileWatch {
  const signatures = new Map<string, string>();
  let settling: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let closed = false;

  const look = async (): Promise<void> => {
    const changed: string[] = [];
    for (const file of [...signatures.keys()]) {
      const signature = await signatureOf(file);
      const before = signatures.get(file);
      if (before === undefined || before === signature) continue;
      signatures.set(file, signature);
      if (before !== UNSEEN) changed.push(file);
    }
    if (closed || changed.length === 0) return;
    try {
      options.onChange(changed);
    } catch (error) {
      options.onFault(error);
    }
  };
  /** One look at a time, and none lost. */
  const lookSoon = (): void => {
    looking = (looking ?? Promise.resolve()).then(look);
  };
  const onNotice = (): void => {
    if (closed) return;
    clearTimeout(settling);
    settling = setTimeout(lookSoon, SETTLE);
  };

  const folders = new Set<string>();
  // Folders, not files: a rename over a file ends a watch on the file, never one on its folder.
  const watcher = watch([], {
    depth: 0,
    ignoreInitial: true,
    ignorePermissionErrors: true,
    ignored: (path) => !signatures.has(path) && !folders.has(path),
  });
  const setFiles = (files: readonly string[], unknown = ABSENT): void => {
    for (const known of [...signatures.keys()])
      if (!files.includes(known)) signatures.delete(known);
    for (const file of files) {
      if (!signatures.has(file)) signatures.set(file, unknown);
      const folder = dirname(file);
      if (folders.has(folder)) continue;
      folders.add(folder);
      watcher.add(folder);
    }
    lookSoon();
  };
  watcher.on('all', onNotice);
  watcher.on('error', options.onFault);
  const interval = setInterval(lookSoon, options.lookEvery ?? LOOK_EVERY).unref();
  setFiles(options.files, UNSEEN);

  return {
    setFiles: (files) => setFiles(files),
    async close() {
      closed = true;
      clearTimeout(settling);
      clearInterval(interval);
      await watcher.close();
      await looking;
    },
  };
}

/** The first look at a file that was there from the start is no change. */
const UNSEEN = '';

/** What `signatureOf` says of a file that is not there. */
const ABSENT = 'ENOENT';
