import { WaterwallError } from '../../lib/errors.ts';

/** Something that parses bytes which nobody trusts, and what must hold of it whatever they are. */
export interface Target {
  readonly name: string;
  /** Inputs from which all others are made. */
  readonly seeds: readonly (string | Buffer)[];
  /** Words that mean something to it: chance alone would not write them. */
  readonly words: readonly string[];
  /** Longest input that is made. */
  readonly longest?: number;
  /** Throws where something does not hold. */
  readonly run: (input: Buffer) => void | Promise<void>;
}

/** Something that must hold does not. */
export class Violation extends Error {}

/** @param what - must be true */
export function holds(condition: boolean, what: string, details?: unknown): asserts condition {
  if (!condition) throw new Violation(details === undefined ? what : `${what}: ${show(details)}`);
}

/** The result, or undefined where it was refused with one of these codes. */
export function unlessRefused<Result>(
  codes: readonly WaterwallError['code'][],
  act: () => Result,
): Result | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof WaterwallError && codes.includes(error.code)) return undefined;
    throw error;
  }
}

/** Places at which inputs are cut: all of a short one, some of a long one. */
export function placesIn({ length }: Buffer, most = 24): number[] {
  const step = Math.max(1, Math.floor(length / most));
  const places: number[] = [];
  for (let at = 0; at <= length; at += step) places.push(at);
  return places;
}

/** A buffer cut into single bytes. */
export function byteByByte(bytes: Buffer): Buffer[] {
  return Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
}

function show(details: unknown): string {
  return JSON.stringify(details, (_, value: unknown) =>
    Buffer.isBuffer(value) ? value.toString('latin1') : value,
  );
}
