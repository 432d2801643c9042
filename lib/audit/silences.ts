import type { ParsedLine } from './parse.ts';

/** What is looked at of a line. */
export type TimedLine = Pick<ParsedLine, 'seq' | 'ts' | 'type'>;

/** A time without a line, although the daemon was not stopped. */
export interface Gap {
  /** The line before it. */
  readonly after: number;
  readonly seconds: number;
}

/** What the times of the lines tell; none of it is tampering. */
export interface Silences {
  readonly gaps: number;
  /** The longest of them. */
  readonly longest: Gap | undefined;
  /** Starts of the daemon without a stop before. */
  readonly uncleanStarts: number;
  note(line: TimedLine): void;
}

/** Twice the heartbeat. */
const GAP_MS = 10 * 60_000;

/** `YYYY-MM-DDThh:m`: lines that agree in this much are no ten minutes apart. */
const TEN_MINUTES = 'YYYY-MM-DDThh:m'.length;

export function watchSilences(): Silences {
  let gaps = 0;
  let longest: Gap | undefined;
  let uncleanStarts = 0;
  let before: { readonly seq: number; readonly ts: string } | undefined;
  /** Between a stop and the next start. */
  let stopped = false;
  return {
    get gaps() {
      return gaps;
    },
    get longest() {
      return longest;
    },
    get uncleanStarts() {
      return uncleanStarts;
    },
    note({ seq, ts, type }) {
      if (before !== undefined && !stopped) {
        const seconds = secondsBetween(before.ts, ts);
        if (seconds * 1000 > GAP_MS) {
          gaps++;
          if (longest === undefined || seconds > longest.seconds) {
            longest = { after: before.seq, seconds };
          }
        }
        if (type === 'start' && before.seq > 0) uncleanStarts++;
      }
      if (type === 'stop') stopped = true;
      if (type === 'start') stopped = false;
      before = { seq, ts };
    },
  };
}

function secondsBetween(from: string, to: string): number {
  if (from.slice(0, TEN_MINUTES) === to.slice(0, TEN_MINUTES)) return 0;
  return Math.floor((Date.parse(to) - Date.parse(from)) / 1000);
}
