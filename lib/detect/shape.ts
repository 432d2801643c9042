import {
  anyCase,
  type ByteClass,
  byteClass,
  byteRange,
  DIGIT,
  singleByte,
  WORD,
} from './byte-class.ts';

/**
 * The notation in which patterns are written, a small part of regular expressions that can be
 * matched in one forward pass without going back:
 *
 * `abc` characters · `\.` a character that means something else · `[a-z_-]` one of these bytes
 * (`\w`, `\d` too) · `x{2}`, `x{2,}`, `x{2,9}` repetition, always as often as possible ·
 * `(a|b|)` alternatives, each of which makes a form of its own.
 */

/** A run of bytes of one class, from `min` to `max` of them. */
export interface Segment {
  readonly class: ByteClass;
  readonly min: number;
  readonly max: number;
}

const COUNT = /\{(\d+)(,?)(\d*)\}/y;

/** Reads a shape; one list of segments for each combination of its alternatives. */
export function parseShape(shape: string, ignoreCase = false): Segment[][] {
  const [forms, at] = parseAlternatives(shape, 0, ignoreCase);
  if (at !== shape.length) throw new SyntaxError(`shape ${shape}: unexpected ) at ${at}`);
  return forms;
}

function parseAlternatives(
  shape: string,
  from: number,
  ignoreCase: boolean,
): [Segment[][], number] {
  const all: Segment[][] = [];
  let forms: Segment[][] = [[]];
  let at = from;
  while (at < shape.length && shape[at] !== ')') {
    if (shape[at] === '|') {
      all.push(...forms);
      forms = [[]];
      at++;
    } else if (shape[at] === '(') {
      const [added, next] = parseAlternatives(shape, at + 1, ignoreCase);
      if (shape[next] !== ')') throw new SyntaxError(`shape ${shape}: ( without )`);
      forms = forms.flatMap((form) => added.map((more) => [...form, ...more]));
      at = next + 1;
    } else {
      const [segment, next] = parseSegment(shape, at, ignoreCase);
      for (const form of forms) form.push(segment);
      at = next;
    }
  }
  return [[...all, ...forms], at];
}

function parseSegment(shape: string, from: number, ignoreCase: boolean): [Segment, number] {
  const [members, at] = parseClass(shape, from);
  const used = ignoreCase ? anyCase(members) : members;
  COUNT.lastIndex = at;
  const count = shape[at] === '{' ? COUNT.exec(shape) : null;
  if (count === null) return [{ class: used, min: 1, max: 1 }, at];
  const min = Number(count[1]);
  const max = count[2] === '' ? min : count[3] === '' ? Number.POSITIVE_INFINITY : Number(count[3]);
  return [{ class: used, min, max }, COUNT.lastIndex];
}

/** Classes that were read before: the pattern file uses the same ones again and again. */
const sets = new Map<string, ByteClass>();
const SET = /\[(?:[^\]\\]|\\.)*\]/y;

function parseClass(shape: string, from: number): [ByteClass, number] {
  if (shape[from] !== '[') {
    const [bytes, at] = parseChar(shape, from);
    return [bytes.length === 1 ? singleByte(bytes[0] as number) : byteClass(bytes), at];
  }
  SET.lastIndex = from;
  const text = SET.exec(shape)?.[0];
  if (text === undefined) throw new SyntaxError(`shape ${shape}: [ without ]`);
  let set = sets.get(text);
  if (set === undefined) {
    set = byteClass(parseSet(shape, from + 1));
    sets.set(text, set);
  }
  return [set, SET.lastIndex];
}

function parseSet(shape: string, from: number): number[] {
  const set: number[] = [];
  let at = from;
  while (shape[at] !== ']') {
    const [low, next] = parseChar(shape, at);
    at = next;
    if (shape[at] === '-' && shape[at + 1] !== ']' && low.length === 1) {
      const [high, after] = parseChar(shape, at + 1);
      set.push(...byteRange(low[0] as number, high[0] as number));
      at = after;
    } else {
      set.push(...low);
    }
  }
  return set;
}

const NAMED: Readonly<Record<string, ByteClass>> = { w: WORD, d: DIGIT };
const CONTROLS: Readonly<Record<string, number>> = { n: 0x0a, r: 0x0d, t: 0x09 };

function parseChar(shape: string, at: number): [number[], number] {
  if (shape[at] !== '\\') return [[shape.charCodeAt(at)], at + 1];
  const char = shape[at + 1] ?? '\\';
  const named = NAMED[char];
  if (named !== undefined)
    return [byteRange(0, 255).filter((byte) => named.has[byte] === 1), at + 2];
  return [[CONTROLS[char] ?? char.charCodeAt(0)], at + 2];
}
