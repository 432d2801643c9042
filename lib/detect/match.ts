import type { Text } from './assigned/kinds.ts';
import { MOST_BACKSLASHES, unicodeEscape } from './assigned/quote.ts';
import { isWorth } from './assigned/worth.ts';
import { isCut, mayBegin, mayEnd } from './boundary.ts';
import type { ByteClass } from './byte-class.ts';
import { ENOUGH_OF_A_SECRET, type Form } from './forms.ts';
import type { RunReader } from './run-reader.ts';

/** Where a secret stands, or where the context of one would. */
export interface Match {
  readonly start: number;
  readonly end: number;
}

/** What a form is matched against. */
export interface MatchText {
  readonly bytes: Buffer;
  readonly runEnd: RunReader;
  readonly depthAt: (offset: number) => number;
  /** Told where a run ends at an escape that stands for one more character of it. */
  readonly onHidden?: () => void;
  /** What is known of places that no form begins at. */
  readonly refuted: Refuted;
}

/** A form and a run that it may not end in: every candidate whose first run that is fails there. */
export interface Refuted {
  form: Form | undefined;
  /** Where the candidate began, and where its first run ended. */
  from: number;
  end: number;
}

/** Matches a form whose anchor's window stands at `window`. */
export function matchForm(form: Form, text: MatchText, window: number): Match | undefined {
  const at = window - form.anchor.offset;
  if (at < 0) return undefined;
  if (form.lead === undefined)
    return mayBegin(text.bytes, at, form.left) ? walk(form, text, at) : undefined;
  const match = walk(form, text, at);
  if (match === undefined) return undefined;
  const start = leadStart(form, text.bytes, at);
  if (start === undefined) return undefined;
  return { start: form.valueFrom === 0 ? start : match.start, end: match.end };
}

function walk(form: Form, text: MatchText, from: number): Match | undefined {
  const { bytes, runEnd, refuted } = text;
  if (isRefuted(form, refuted, from)) return undefined;
  let at = from + form.seen;
  let start = from + form.valueFrom;
  let end = from + form.valueTo;
  let lengthOfLast = 1;
  for (let i = form.seen; i < form.segments.length; i++) {
    const { class: set, min, max } = form.segments[i] as Form['segments'][number];
    if (i === form.valueFrom) start = at;
    if (max === 1 && min === 1) {
      if (at >= bytes.length || set.has[bytes[at] as number] === 0) {
        if (hidesMore(bytes, at, set)) text.onHidden?.();
        if (i === form.prefixLength + 1) refute(form, refuted, from, at);
        return cutOff(form, text, from, at);
      }
      at++;
    } else {
      const run = runEnd(set, at);
      if (hidesMore(bytes, run, set)) text.onHidden?.();
      if (run - at < min) return cutOff(form, text, from, run);
      lengthOfLast = Math.min(run - at, max);
      at += lengthOfLast;
    }
    if (i === form.valueTo - 1) end = at;
  }
  const last = form.segments[form.valueTo - 1] as Form['segments'][number];
  if (
    last.max !== Number.POSITIVE_INFINITY &&
    last.class.members.length > 1 &&
    form.valueTo === form.segments.length
  ) {
    const shortest = end - (lengthOfLast - last.min);
    while (end > shortest && !mayEnd(bytes, end)) end--;
    if (!mayEnd(bytes, end)) return undefined;
  }
  if (form.valueFrom > 0 && isEscape(bytes, start)) return undefined;
  if (form.contains !== undefined && !holds(bytes, start, end, form.contains)) return undefined;
  if (form.worth !== undefined && !isWorth(lookedAt(bytes, start, end), form.worth))
    return undefined;
  return { start, end };
}

function isRefuted(form: Form, refuted: Refuted, from: number): boolean {
  return form === refuted.form && from >= refuted.from && from + form.prefixLength <= refuted.end;
}

/** Floods of prefixes in one run (`eyJ-eyJ-…`) are told by the first of them. */
function refute(form: Form, refuted: Refuted, from: number, end: number): void {
  const run = form.segments[form.prefixLength] as Form['segments'][number];
  if (form.strong || run.max !== Number.POSITIVE_INFINITY) return;
  refuted.form = form;
  refuted.from = from;
  refuted.end = end;
}

const BACKSLASH = 0x5c;

/**
 * Whether an escape stands at an offset for a character of a class: encoders for web pages write
 * `&`, `<`, `>` and quotes so, and nearly always where they are no part of a secret. The class may
 * hold the backslash itself.
 */
function hidesMore(bytes: Uint8Array, at: number, set: ByteClass): boolean {
  let mark = at;
  while (mark - at < MOST_BACKSLASHES && bytes[mark] === BACKSLASH) mark++;
  if (bytes[mark - 1] !== BACKSLASH) return false;
  const code = unicodeEscape(bytes, mark);
  return code !== undefined && set.has[code] === 1;
}

/** Letters that a backslash makes something else: the `t` of a tab is no part of a value. */
const ESCAPES = new Set(Buffer.from('bfnrtu', 'latin1'));

function isEscape(bytes: Uint8Array, at: number): boolean {
  return bytes[at - 1] === BACKSLASH && ESCAPES.has(bytes[at] as number);
}

/** The longest value that is looked at as a whole: a longer one is worth it by its length. */
const LONGEST_LOOKED_AT = 256;

function lookedAt(bytes: Buffer, start: number, end: number): Text {
  return { bytes, start, end: Math.min(end, start + LONGEST_LOOKED_AT) };
}

function cutOff(form: Form, text: MatchText, from: number, at: number): Match | undefined {
  if (!form.strong || at - from < form.prefixLength + ENOUGH_OF_A_SECRET) return undefined;
  return isCut(text.bytes, at, text.depthAt(from)) ? { start: from, end: at } : undefined;
}

/** The longest run before the anchor that is short enough and may begin where it does. */
function leadStart(form: Form, bytes: Uint8Array, at: number): number | undefined {
  const { class: set, min, max } = form.lead as NonNullable<Form['lead']>;
  let length = 0;
  while (length < max && length < at && set.has[bytes[at - length - 1] as number] === 1) length++;
  for (; length >= min; length--) {
    if (mayBegin(bytes, at - length, form.left)) return at - length;
  }
  return undefined;
}

function holds(bytes: Uint8Array, start: number, end: number, set: ByteClass): boolean {
  for (let at = start; at < end; at++) if (set.has[bytes[at] as number] === 1) return true;
  return false;
}
