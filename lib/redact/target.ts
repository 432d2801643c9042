import { type DraftEdit, replaceFinding, splice, withLiterals } from './draft.ts';
import type { Finding } from './finding.ts';
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
    .map((finding) => percentEncoded(replaceFinding(bytes, withinSegment(bytes, finding), ctx)));
  const all = withLiterals(edits, bytes, inspection, ctx, (at) => isExempt(at, at));
  const { parts, redactions } = splice(bytes, { edits: all, privateKeySeen: false });
  return { target: Buffer.concat(parts).toString('latin1'), redactions };
}

const SLASH = 0x2f;

/**
 * What is encoded around a secret ends where its segment does: a slash is of base64's alphabet, but
 * here it parts the path. The first one of all stays whatever stands there.
 */
function withinSegment(bytes: Buffer, finding: Finding): Finding {
  const { core = finding } = finding;
  const before = bytes.lastIndexOf(SLASH, Math.max(0, core.start - 1));
  const after = bytes.indexOf(SLASH, core.end);
  return {
    ...finding,
    start: Math.max(finding.start, core === finding ? 1 : before + 1),
    end: core === finding || after < 0 ? finding.end : Math.min(finding.end, after),
  };
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
