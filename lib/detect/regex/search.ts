import { endsEscape } from '../boundary.ts';
import { WORD } from '../byte-class.ts';
import type { Match } from '../match.ts';
import type { Instruction, RegexProgram } from './program.ts';

/** Where matches may begin: offsets from `start` to `end`, the latter included. */
export type Window = Match;

/** One step of the simulation: which instructions wait for a byte, and where their match began. */
interface Threads {
  readonly at: Int32Array;
  readonly began: Int32Array;
  /** Index of an instruction in `at`, valid where `at` names it back. */
  readonly index: Int32Array;
  count: number;
}

/**
 * Finds the union of all matches, in one pass whatever the expression (Thompson's simulation).
 * Each instruction keeps the earliest beginning that reaches it: later ones lie inside its match.
 *
 * @param windows - sorted; overlapping ones are fine
 */
export function searchRegex(
  program: RegexProgram,
  bytes: Uint8Array,
  windows: readonly Window[],
): Match[] {
  const matches: Match[] = [];
  let current = createThreads(program.code.length);
  let next = createThreads(program.code.length);
  let window = 0;
  for (let at = 0; at <= bytes.length; at++) {
    while (window < windows.length && (windows[window] as Window).end < at) window++;
    const open = windows[window];
    if (current.count === 0) {
      if (open === undefined) break;
      at = Math.max(at, open.start);
      while (at < bytes.length && at <= open.end && program.first.has[bytes[at] as number] === 0)
        at++;
      if (at >= bytes.length) break;
    }
    if (open !== undefined && open.start <= at && at <= open.end) {
      addThread(program.code, current, program.start, at, bytes, at);
    }
    next.count = 0;
    for (let i = 0; i < current.count; i++) {
      const instruction = program.code[current.at[i] as number] as Instruction;
      const began = current.began[i] as number;
      if (instruction.op === 'match') addMatch(matches, began, at);
      else if (
        instruction.op === 'set' &&
        at < bytes.length &&
        instruction.has[bytes[at] as number] === 1
      ) {
        addThread(program.code, next, instruction.next, began, bytes, at + 1);
      }
    }
    [current, next] = [next, current];
  }
  return matches;
}

/** Whether the expression matches all of the bytes. */
export function matchesWhole(program: RegexProgram, bytes: Uint8Array): boolean {
  let current = createThreads(program.code.length);
  let next = createThreads(program.code.length);
  addThread(program.code, current, program.start, 0, bytes, 0);
  for (let at = 0; at < bytes.length; at++) {
    next.count = 0;
    for (let i = 0; i < current.count; i++) {
      const instruction = program.code[current.at[i] as number] as Instruction;
      if (instruction.op !== 'set' || instruction.has[bytes[at] as number] === 0) continue;
      addThread(program.code, next, instruction.next, 0, bytes, at + 1);
    }
    [current, next] = [next, current];
  }
  return current.at.subarray(0, current.count).some((at) => program.code[at]?.op === 'match');
}

function createThreads(size: number): Threads {
  return {
    at: new Int32Array(size),
    began: new Int32Array(size),
    index: new Int32Array(size),
    count: 0,
  };
}

function addThread(
  code: readonly Instruction[],
  threads: Threads,
  start: number,
  began: number,
  bytes: Uint8Array,
  at: number,
): void {
  const pending = [start];
  for (let pc = pending.pop(); pc !== undefined; pc = pending.pop()) {
    const known = threads.index[pc] as number;
    if (known < threads.count && threads.at[known] === pc) continue;
    threads.index[pc] = threads.count;
    threads.at[threads.count] = pc;
    threads.began[threads.count++] = began;
    const instruction = code[pc] as Instruction;
    if (instruction.op === 'split') pending.push(instruction.other, instruction.next);
    else if (instruction.op === 'boundary' && isBoundary(bytes, at) !== instruction.negated) {
      pending.push(instruction.next);
    }
  }
}

/**
 * A word boundary as it is meant: the letter of an escape before does not count as a word, and a
 * `_` behind does not continue one (`…TOKEN_old`).
 */
function isBoundary(bytes: Uint8Array, at: number): boolean {
  const before = at > 0 && WORD.has[bytes[at - 1] as number] === 1 && !endsEscape(bytes, at);
  const after = at < bytes.length && WORD.has[bytes[at] as number] === 1;
  return before !== after || (before && bytes[at] === 0x5f);
}

function addMatch(matches: Match[], start: number, end: number): void {
  let from = start;
  for (let last = matches.at(-1); last !== undefined && from < last.end; last = matches.at(-1)) {
    from = Math.min(from, last.start);
    matches.pop();
  }
  matches.push({ start: from, end });
}
