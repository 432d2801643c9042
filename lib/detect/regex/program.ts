import { ANY, type ByteClass, byteClass } from '../byte-class.ts';
import { type RegexNode, RegexRefusal } from './parse.ts';

/** One instruction of Thompson's construction. */
export type Instruction =
  | { readonly op: 'set'; readonly has: Uint8Array; next: number }
  | { readonly op: 'split'; next: number; other: number }
  | { readonly op: 'boundary'; readonly negated: boolean; next: number }
  | { readonly op: 'match' };

/** A regular expression compiled for a simulation that looks at every byte once. */
export interface RegexProgram {
  readonly code: readonly Instruction[];
  readonly start: number;
  /** Bytes with which a match can begin. */
  readonly first: ByteClass;
  /** The longest match in bytes; `Infinity` where there is no bound. */
  readonly longest: number;
  /** Whether every byte of a match stands for itself in JSON, however it is encoded. */
  readonly verbatim: boolean;
}

/** The simulation costs up to this many steps a byte. */
const MAX_INSTRUCTIONS = 2000;
const VERBATIM = byteClass(
  ANY.members.filter(
    (byte) => byte >= 0x20 && byte < 0x7f && !'"\\<>&\''.includes(String.fromCharCode(byte)),
  ),
);

/**
 * Compiles a parsed expression.
 *
 * @throws RegexRefusal where it is too large, or matches nothing at all
 */
export function compileRegex(node: RegexNode): RegexProgram {
  const code: Instruction[] = [{ op: 'match' }];
  const emit = (instruction: Instruction): number => {
    if (code.length >= MAX_INSTRUCTIONS) throw new RegexRefusal('it is too large');
    return code.push(instruction) - 1;
  };
  // Built from the end, so that every instruction knows its successor.
  const build = (part: RegexNode, next: number): number => {
    switch (part.kind) {
      case 'set':
        return emit({ op: 'set', has: part.set.has, next });
      case 'boundary':
        return emit({ op: 'boundary', negated: part.negated, next });
      case 'sequence':
        return part.items.reduceRight((after, item) => build(item, after), next);
      case 'choice':
        return part.options
          .map((option) => build(option, next))
          .reduceRight((other, first) => emit({ op: 'split', next: first, other }));
      case 'repeat':
        return buildRepeat(part.item, part.min, part.max, next);
    }
  };
  const buildRepeat = (item: RegexNode, min: number, max: number, next: number): number => {
    let entry = next;
    if (max === Number.POSITIVE_INFINITY) {
      const loop: Instruction = { op: 'split', next: 0, other: next };
      entry = emit(loop);
      loop.next = build(item, entry);
    } else {
      for (let i = min; i < max; i++)
        entry = emit({ op: 'split', next: build(item, entry), other: next });
    }
    for (let i = 0; i < min; i++) entry = build(item, entry);
    return entry;
  };
  const start = build(node, 0);
  if (shortestOf(node) === 0) throw new RegexRefusal('it matches the empty text');
  return {
    code,
    start,
    first: firstOf(code, start),
    longest: longestOf(node),
    verbatim: everySet(node, (set) => set.members.every((byte) => VERBATIM.has[byte] === 1)),
  };
}

function firstOf(code: readonly Instruction[], start: number): ByteClass {
  const members = new Set<number>();
  const seen = new Set<number>();
  const visit = (at: number): void => {
    if (seen.has(at)) return;
    seen.add(at);
    const instruction = code[at] as Instruction;
    if (instruction.op === 'set') {
      for (const byte of instruction.has.keys()) if (instruction.has[byte] === 1) members.add(byte);
    } else if (instruction.op !== 'match') {
      visit(instruction.next);
      if (instruction.op === 'split') visit(instruction.other);
    }
  };
  visit(start);
  return byteClass(members);
}

/** The most bytes a part can match. */
export function longestOf(node: RegexNode): number {
  switch (node.kind) {
    case 'set':
      return 1;
    case 'boundary':
      return 0;
    case 'sequence':
      return node.items.reduce((sum, item) => sum + longestOf(item), 0);
    case 'choice':
      return Math.max(...node.options.map(longestOf));
    case 'repeat': {
      const item = longestOf(node.item);
      return item === 0 ? 0 : item * node.max;
    }
  }
}

function shortestOf(node: RegexNode): number {
  switch (node.kind) {
    case 'set':
      return 1;
    case 'boundary':
      return 0;
    case 'sequence':
      return node.items.reduce((sum, item) => sum + shortestOf(item), 0);
    case 'choice':
      return Math.min(...node.options.map(shortestOf));
    case 'repeat':
      return shortestOf(node.item) * node.min;
  }
}

function everySet(node: RegexNode, test: (set: ByteClass) => boolean): boolean {
  switch (node.kind) {
    case 'set':
      return test(node.set);
    case 'boundary':
      return true;
    case 'sequence':
      return node.items.every((item) => everySet(item, test));
    case 'choice':
      return node.options.every((option) => everySet(option, test));
    case 'repeat':
      return everySet(node.item, test);
  }
}
