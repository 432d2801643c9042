import { type DraftEdit, replaceFinding, shiftEdits, splice, withLiterals } from './draft.ts';
import { inspect } from './inspect.ts';
import { unscannable } from './refusals.ts';
import type { Redaction, RedactionContext } from './types.ts';

/** Redacted header fields. */
export interface RedactedHeaders {
  /** Names and values in turns, as Node's `rawHeaders`. */
  readonly raw: string[];
  readonly redactions: readonly Redaction[];
}

/** Neither a name nor a value can hold one (RFC 9110 §5.5). */
const BETWEEN = '\n';

/**
 * Redacts the values of header fields.
 *
 * All are scanned as one text: a scan costs more to begin than a header is long.
 *
 * @param raw - names and values in turns, latin1; the API's own credential fields stay
 * @throws WaterwallError `unscannable-body` where a name holds a secret: no placeholder could stand
 *   there
 */
export function redactHeaders(raw: readonly string[], ctx: RedactionContext): RedactedHeaders {
  const credentials = ctx.grammar.credentialHeaders;
  const texts = raw.map((text, i) => {
    if (i % 2 === 0) return text;
    const name = (raw[i - 1] as string).toLowerCase();
    // The host is the one of the CONNECT.
    return name === 'host' || credentials.includes(name) ? '' : text;
  });
  const bytes = Buffer.from(texts.join(BETWEEN), 'latin1');
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
  const all = withLiterals(edits, bytes, inspection, ctx);
  const { redactions } = splice(bytes, { edits: all, privateKeySeen: false });
  let at = 0;
  const redacted = texts.map((text, i) => {
    const start = at;
    at += text.length + BETWEEN.length;
    const own = all.filter((edit) => edit.start >= start && edit.end <= start + text.length);
    if (own.length === 0) return raw[i] as string;
    if (i % 2 === 0) throw secretInName();
    const draft = { edits: shiftEdits(own, -start), privateKeySeen: false };
    return Buffer.concat(splice(Buffer.from(text, 'latin1'), draft).parts).toString('latin1');
  });
  return { raw: redacted, redactions };
}

function secretInName(): Error {
  const fix = 'send it as the value of a field, or not at all';
  return unscannable('the name of a header field holds a secret', fix);
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
