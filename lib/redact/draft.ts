import { applyEdits, type Edit } from '../json/edit.ts';
import { escapeLiteralEdits } from '../vault/literal.ts';
import type { Replacement } from '../vault/vault.ts';
import type { Finding } from './finding.ts';
import type { Inspection } from './inspect.ts';
import type { RedactedBody, Redaction, RedactionContext } from './types.ts';
import { decodeThrough } from './view.ts';

/** An edit, and the secrets that it takes out. */
export interface DraftEdit extends Edit {
  readonly redactions: readonly Redaction[];
}

/** What is to be changed in a message. */
export interface Draft {
  /** In any order; disjoint. */
  readonly edits: readonly DraftEdit[];
  readonly privateKeySeen: boolean;
}

/** Puts a placeholder where a secret stands. */
export function replaceFinding(bytes: Buffer, finding: Finding, ctx: RedactionContext): DraftEdit {
  const { start, end } = finding;
  const text = decodeThrough(bytes.subarray(start, end), finding.layers);
  const made = ctx.vault.redact(finding.type, text, ctx.pin, ctx.now);
  return { start, end, bytes: made.bytes, redactions: redactionsOf(made) };
}

/** A conversation holds the same secrets again and again. */
const redactionsOfReplacement = new WeakMap<Replacement, readonly Redaction[]>();

function redactionsOf(made: Replacement): readonly Redaction[] {
  let redactions = redactionsOfReplacement.get(made);
  if (redactions === undefined) {
    redactions = [{ type: made.type, hmac: made.fingerprint }];
    redactionsOfReplacement.set(made, redactions);
  }
  return redactions;
}

/**
 * Escapes literal placeholders that the client itself sends, except inside of what is replaced or
 * exempt.
 *
 * @param edits - the replacements
 * @param isExempt - whether the place at an offset is forwarded untouched
 */
export function escapeLiterals(
  bytes: Buffer,
  inspection: Inspection,
  edits: readonly DraftEdit[],
  ctx: RedactionContext,
  isExempt: (offset: number) => boolean = () => false,
): DraftEdit[] {
  const offsets = inspection.marks
    .filter((mark) => mark.kind === 'placeholder')
    .map((mark) => mark.offset);
  if (offsets.length === 0) return [];
  const taken = [...edits].sort((a, b) => a.start - b.start);
  return escapeLiteralEdits(bytes, offsets, (fingerprint) => ctx.vault.knows(fingerprint, ctx.now))
    .filter((edit) => !touches(taken, edit) && !isExempt(edit.start))
    .map((edit) => ({ ...edit, redactions: [] }));
}

/** Whether an edit lies in one of the sorted, disjoint ones. */
function touches(sorted: readonly Edit[], { start, end }: Edit): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as Edit).end <= start) low = middle + 1;
    else high = middle;
  }
  const next = sorted[low];
  return next !== undefined && next.start < Math.max(end, start + 1);
}

/** A draft's edits as those of a longer message in which its own begins at `offset`. */
export function shiftEdits(edits: readonly DraftEdit[], offset: number): DraftEdit[] {
  return edits.map((edit) => ({ ...edit, start: edit.start + offset, end: edit.end + offset }));
}

/** From here on one copy costs less than a slice for each part, here and where it is sent. */
const MANY_EDITS = 64;

/** Carries a draft out; but for many edits what stays shares memory with the message. */
export function splice(bytes: Buffer, draft: Draft): RedactedBody {
  const edits = [...draft.edits].sort((a, b) => a.start - b.start);
  const isMany = edits.length > MANY_EDITS;
  const parts = isMany ? [applyEdits(bytes, edits)] : partsOf(bytes, edits);
  const redactions: Redaction[] = [];
  for (const edit of edits) for (const redaction of edit.redactions) redactions.push(redaction);
  return {
    parts,
    length: parts.reduce((sum, part) => sum + part.length, 0),
    redactions,
    changed: edits.length > 0,
    privateKeySeen: draft.privateKeySeen,
  };
}

function partsOf(bytes: Buffer, edits: readonly Edit[]): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const edit of edits) {
    if (edit.start > at) parts.push(bytes.subarray(at, edit.start));
    if (edit.bytes.length > 0) parts.push(edit.bytes);
    at = edit.end;
  }
  if (at < bytes.length) parts.push(at === 0 ? bytes : bytes.subarray(at));
  return parts;
}
