import { openCheckpoint } from './checkpoint.ts';
import type { KeptNote } from './kept-notes.ts';
import type { LogKey } from './log-key.ts';
import type { Piece } from './piece.ts';

/** What checkpoints from beside a run of lines say of it. */
export interface NotesCheck {
  /** Number of lines of the log that the largest of them signs for; 0 where none does. */
  readonly signed: number;
  /** The root over all lines of the run, where its tree is known. */
  readonly root: Buffer | undefined;
}

/**
 * Holds a run of lines against checkpoints from elsewhere. A signature is looked at where something
 * hangs on it: where a note contradicts the lines, and for the largest that does not.
 *
 * @param whole - the run goes to the log's end: a note that covers more shows that it was cut off
 */
export function checkNotes(
  piece: Piece,
  notes: readonly KeptNote[],
  key: LogKey | undefined,
  whole: boolean,
): NotesCheck {
  const end = piece.due ?? 0;
  const tree = piece.tree();
  const isGenuine = ({ note }: KeptNote): boolean =>
    key !== undefined && !('fault' in openCheckpoint(note, key));
  const fitting: KeptNote[] = [];
  for (const note of notes.toSorted((a, b) => a.size - b.size)) {
    if (note.size > end) {
      if (whole && isGenuine(note)) {
        piece.found(
          note.file,
          0,
          `${note.size} lines were signed, there are ${end}: the end was cut off`,
        );
        break;
      }
    } else if (tree !== undefined && note.size >= tree.size) {
      if (tree.root(note.size).equals(note.root)) fitting.push(note);
      else if (isGenuine(note)) {
        piece.found(
          note.file,
          0,
          `its checkpoint of ${note.size} lines is of another history: the log was forked or rewritten`,
        );
        break;
      }
    }
  }
  return {
    signed: fitting.findLast(isGenuine)?.size ?? 0,
    root: tree?.root(Math.max(end, tree.size)),
  };
}
