import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CHAIN_FOLDER, CHECKPOINT_FILE, CHECKPOINTS_FOLDER } from './folder.ts';
import { padSeq } from './segment.ts';

/** Where checkpoints are put for whoever wants to verify the log. */
export interface NotesFolder {
  /** Puts the latest checkpoint in place; soon, because there may be hundreds a second. */
  show(note: string): void;
  /** Adds one to those that are kept. */
  keep(note: string, now: Date): Promise<void>;
  /** Puts one beside the segment that it covers whole, so that the chain alone can be verified. */
  seal(segment: number, note: string): Promise<void>;
  /** Waits until all of it is written. */
  settled(): Promise<void>;
}

/** The latest checkpoint's file is this much behind, at most. */
const SHOW_EVERY = 50;

/**
 * The checkpoint files of a log folder. None of them is synced: the durable copy of what was
 * signed is the signer's own state.
 */
export function openNotesFolder(logFolder: string, onFault: (error: unknown) => void): NotesFolder {
  const latest = join(logFolder, CHECKPOINT_FILE);
  let shown: string | undefined;
  let due: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let work: Promise<void> = Promise.resolve();

  function then(step: () => Promise<void>): Promise<void> {
    work = work.then(step).catch(onFault);
    return work;
  }

  function show(): Promise<void> {
    timer = undefined;
    return then(async () => {
      const note = due;
      if (note === undefined || note === shown) return;
      await replace(latest, note);
      shown = note;
    });
  }

  return {
    show(note) {
      due = note;
      timer ??= setTimeout(show, shown === undefined ? 0 : SHOW_EVERY).unref();
    },
    keep: (note, now) => then(() => append(logFolder, note, now)),
    seal: (segment, note) =>
      then(() => replace(join(logFolder, CHAIN_FOLDER, `${padSeq(segment)}.note`), note)),
    async settled() {
      clearTimeout(timer);
      await show();
    },
  };
}

async function replace(path: string, note: string): Promise<void> {
  await writeFile(`${path}.new`, note, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** Each note is followed by an empty line; so is what a crash left of one. */
async function append(logFolder: string, note: string, now: Date): Promise<void> {
  const folder = join(logFolder, CHECKPOINTS_FOLDER);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${now.toISOString().slice(0, 10)}.notes`);
  const file = await open(path, 'a+', 0o600);
  try {
    const { size } = await file.stat();
    const end = Buffer.alloc(2, '\n');
    if (size > 0) await file.read(end, 0, 2, Math.max(0, size - 2));
    const gap = end.equals(Buffer.from('\n\n')) ? '' : '\n\n';
    await file.appendFile(`${gap}${note}\n`);
  } finally {
    await file.close();
  }
}
