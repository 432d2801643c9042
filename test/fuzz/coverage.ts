import { type Profiler, Session } from 'node:inspector';

/** A character of a script that ran: the script's number and the offset in one. */
type Place = number;

/** Tells which code ran that never ran before, as V8 counts it. */
export interface Coverage {
  /** Places of code that have run since the last look and are not kept yet. */
  look(): ReadonlySet<Place>;
  /** From now on these are old. */
  keep(places: Iterable<Place>): void;
  /** Keeps all that has run since the last look. */
  keepAll(): void;
  /** How many are kept. */
  readonly size: number;
  stop(): void;
}

/** No script is longer. */
const LONGEST_SCRIPT = 2 ** 24;

/**
 * Starts to count. Only code that is loaded afterwards is counted block by block.
 *
 * V8 reports blocks as ranges within ranges, and leaves out those that ran as often as what is
 * around them: which ones it names differs from look to look. So the ranges are painted over the
 * source, and what counts is the source's characters.
 *
 * @param isCounted - tells by its URL whether a script counts
 */
export function startCoverage(isCounted: (url: string) => boolean): Coverage {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const kept = new Map<number, Uint8Array>();
  let size = 0;

  /** Tells of each place that has run since the last time. */
  function each(tell: (script: number, offset: number) => void): void {
    let scripts: readonly Profiler.ScriptCoverage[] = [];
    // A session with its own thread answers before it returns.
    session.post('Profiler.takePreciseCoverage', (_error, { result }) => {
      scripts = result;
    });
    for (const script of scripts) {
      if (!isCounted(script.url)) continue;
      const ran = paint(script);
      for (let at = ran.indexOf(1); at >= 0; at = ran.indexOf(1, at + 1)) {
        tell(Number(script.scriptId), at);
      }
    }
  }

  function keep(script: number, offset: number): void {
    let places = kept.get(script);
    if (places === undefined || places.length <= offset) {
      const longer = new Uint8Array(2 * (offset + 1));
      longer.set(places ?? []);
      places = longer;
      kept.set(script, places);
    }
    size += 1 - (places[offset] as number);
    places[offset] = 1;
  }

  return {
    look() {
      const fresh = new Set<Place>();
      each((script, offset) => {
        if (kept.get(script)?.[offset] !== 1) fresh.add(script * LONGEST_SCRIPT + offset);
      });
      return fresh;
    },
    keep(places) {
      for (const place of places) {
        keep(Math.floor(place / LONGEST_SCRIPT), place % LONGEST_SCRIPT);
      }
    },
    keepAll: () => each(keep),
    get size() {
      return size;
    },
    stop() {
      session.post('Profiler.stopPreciseCoverage');
      session.disconnect();
    },
  };
}

/**
 * Of each character of a script, whether it ran. Outer functions and blocks come before inner ones.
 */
function paint({ functions }: Profiler.ScriptCoverage): Uint8Array {
  const end = functions.reduce((most, { ranges }) => Math.max(most, ranges[0]?.endOffset ?? 0), 0);
  const ran = new Uint8Array(end);
  for (const { ranges } of functions) {
    for (const { startOffset, endOffset, count } of ranges) {
      ran.fill(count > 0 ? 1 : 0, startOffset, endOffset);
    }
  }
  return ran;
}
