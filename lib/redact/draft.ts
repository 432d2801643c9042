import { areApart } from '../detect/spans.ts';
import { applyEdits, type Edit } from '../json/edit.ts';
import { escapeLiteralEdits } from '../vault/literal.ts';
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
  const { vault, pin, now } = ctx;
  const made =
    finding.layers.length === 0
      ? vault.redactIn(bytes, start, end, finding.type, pin, now)
      : vault.redact(
          finding.type,
          decodeThrough(bytes.subarray(start, end), finding.layers),
          pin,
          now,
        );
  return { start, end, bytes: made.bytes, redactions: made.redactions };
}

/**
 * Adds the edits that escape literal placeholders which the client itself sends, except inside of
 * what is replaced or exempt.
 *
 * @param edits - the replacements
 * @param isExempt - whether the place at an offset is forwarded untouched
 */
export function withLiterals(
  edits: readonly DraftEdit[],
  bytes: Buffer,
  inspection: Inspection,
  ctx: RedactionContext,
  isExempt: (offset: number) => boolean = () => false,
): readonly DraftEdit[] {
  const offsets = inspection.marks
    .filter((mark) => mark.kind === 'placeholder')
    .map((mark) => mark.offset);
  if (offsets.length === 0) return edits;
  const knows = (fingerprint: string): boolean => ctx.vault.knows(fingerprint, ctx.now);
  const taken = inOrder(edits);
  const literals = escapeLiteralEdits(bytes, offsets, knows)
    .filter((edit) => !touches(taken, edit) && !isExempt(edit.start))
    .map((edit) => ({ ...edit, redactions: [] }));
  return [...edits, ...literals];
}

/** Disjoint edits, sorted; they mostly are. */
function inOrder(edits: readonly DraftEdit[]): readonly DraftEdit[] {
  return areApart(edits) ? edits : [...edits].sort((a, b) => a.start - b.start);
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
export function shiftEdits(edits: readonly DraftEdit[], offset: number): readonly DraftEdit[] {
  if (offset === 0) return edits;
  return edits.map((edit) => ({ ...edit, start: edit.start + offset, end: edit.end + offset }));
}

/** From here on one copy costs less than a slice for each part, here and where it is sent. */
const MANY_EDITS = 64;

/** Carries a draft out; but for many edits what stays shares memory with the message. */
export function splice(bytes: Buffer, draft: Draft): RedactedBody {
  const edits = inOrder(draft.edits);
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
