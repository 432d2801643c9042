import { type DraftEdit, escapeLiterals, replaceFinding, shiftEdits, splice } from './draft.ts';
import { inspect } from './inspect.ts';
import type { Redaction, RedactionContext } from './types.ts';

/** Redacted header fields. */
export interface RedactedHeaders {
  /** Names and values in turns, as Node's `rawHeaders`. */
  readonly raw: string[];
  readonly redactions: readonly Redaction[];
}

/** No value can hold one (RFC 9110 §5.5). */
const BETWEEN = '\n';

/**
 * Redacts the values of header fields.
 *
 * All values are scanned as one text: a scan costs more to begin than a header is long.
 *
 * @param raw - names and values in turns, latin1; the API's own credential fields stay
 */
export function redactHeaders(raw: readonly string[], ctx: RedactionContext): RedactedHeaders {
  const credentials = ctx.grammar.credentialHeaders;
  const values = raw.map((text, i) => {
    const name = i % 2 === 1 ? (raw[i - 1] as string).toLowerCase() : undefined;
    // The host is the one of the CONNECT.
    const isOpen = name !== undefined && name !== 'host' && !credentials.includes(name);
    return isOpen ? text : '';
  });
  const bytes = Buffer.from(values.join(BETWEEN), 'latin1');
  const inspection = inspect(bytes, ctx, { percent: 'both' });
  if (inspection.findings.length === 0 && inspection.marks.length === 0) {
    return { raw: [...raw], redactions: [] };
  }
  const edits: DraftEdit[] = [];
  for (const finding of inspection.findings) {
    for (const line of linesOf(bytes, finding.start, finding.end)) {
      edits.push(replaceFinding(bytes, { ...finding, ...line }, ctx));
    }
  }
  const all = [...edits, ...escapeLiterals(bytes, inspection, edits, ctx)];
  const { redactions } = splice(bytes, { edits: all, privateKeySeen: false });
  let at = 0;
  const redacted = values.map((value, i) => {
    const start = at;
    at += value.length + BETWEEN.length;
    const own = all.filter((edit) => edit.start >= start && edit.end <= start + value.length);
    if (own.length === 0) return raw[i] as string;
    const draft = { edits: shiftEdits(own, -start), privateKeySeen: false };
    return Buffer.concat(splice(Buffer.from(value, 'latin1'), draft).parts).toString('latin1');
  });
  return { raw: redacted, redactions };
}

/** The parts of a range that stand in one value each. */
function linesOf(bytes: Buffer, start: number, end: number): { start: number; end: number }[] {
  const lines: { start: number; end: number }[] = [];
  for (let at = start; at < end; ) {
    const found = bytes.indexOf(BETWEEN, at);
    const stop = found < 0 ? end : Math.min(found, end);
    if (stop > at) lines.push({ start: at, end: stop });
    at = stop + 1;
  }
  return lines;
}
