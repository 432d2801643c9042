import { type DraftEdit, escapeLiterals, replaceFinding, splice } from './draft.ts';
import { inspect } from './inspect.ts';
import type { Redaction, RedactionContext } from './types.ts';

/** A redacted request target. */
export interface RedactedTarget {
  readonly target: string;
  readonly redactions: readonly Redaction[];
}

/**
 * Redacts a request target (RFC 9112 §3.2), percent-encoded or not; placeholders are
 * percent-encoded in it. Query parameters that are the provider's own credential stay.
 */
export function redactTarget(target: string, ctx: RedactionContext): RedactedTarget {
  const bytes = Buffer.from(target, 'latin1');
  const inspection = inspect(bytes, ctx, { percent: 'both' });
  if (inspection.findings.length === 0 && inspection.marks.length === 0) {
    return { target, redactions: [] };
  }
  const exempt = credentialRanges(target, ctx.grammar.credentialQuery);
  const isExempt = (start: number, end: number): boolean =>
    exempt.some((range) => start >= range.start && end <= range.end);
  const edits = inspection.findings
    .filter(({ start, end }) => !isExempt(start, end))
    .map((finding) => percentEncoded(replaceFinding(bytes, finding, ctx)));
  const literals = escapeLiterals(bytes, inspection, edits, ctx, (at) => isExempt(at, at));
  const { parts, redactions } = splice(bytes, {
    edits: [...edits, ...literals],
    privateKeySeen: false,
  });
  return { target: Buffer.concat(parts).toString('latin1'), redactions };
}

function percentEncoded(edit: DraftEdit): DraftEdit {
  const text = encodeURIComponent(Buffer.from(edit.bytes).toString('latin1'));
  return { ...edit, bytes: Buffer.from(text, 'latin1') };
}

/** Where the values of credential parameters stand. */
function credentialRanges(
  target: string,
  names: readonly string[],
): { start: number; end: number }[] {
  const query = target.indexOf('?');
  if (query < 0) return [];
  const ranges: { start: number; end: number }[] = [];
  let at = query + 1;
  for (const pair of target.slice(query + 1).split('&')) {
    const equals = pair.indexOf('=');
    if (equals >= 0 && names.includes(pair.slice(0, equals))) {
      ranges.push({ start: at + equals + 1, end: at + pair.length });
    }
    at += pair.length + 1;
  }
  return ranges;
}
