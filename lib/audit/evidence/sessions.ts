import { createSessionSums, type SessionSum } from '../session-sums.ts';
import { sessionFile } from './names.ts';
import type { ReadLine } from './stats.ts';

/** What a `manifest` line says, and what the lines before it add up to. */
export interface LoggedSession {
  /** The manifest's file, in its folder. */
  readonly file: string;
  /** Of its bytes, hex. */
  readonly sha256: string;
  /** Undefined where the session began before the range: then nobody can add it up. */
  readonly sum: SessionSum | undefined;
}

/** Follows the sessions of a range of lines up to their manifests. */
export function followSessions(first: number) {
  const sums = createSessionSums();
  const logged: LoggedSession[] = [];
  return {
    /** Those that ended, in the order of their `manifest` lines. */
    logged: logged as readonly LoggedSession[],
    add(line: ReadLine): void {
      sums.add(line);
      if (line.type !== 'manifest') return;
      const { session, first: begins, last, sha256 } = line.members;
      const name = typeof session === 'string' ? session : undefined;
      const sum = sums.sum(name);
      sums.drop(name);
      logged.push({
        file: sessionFile(Number(begins), Number(last)),
        sha256: String(sha256),
        sum: Number(begins) < first ? undefined : sum,
      });
    },
  };
}
