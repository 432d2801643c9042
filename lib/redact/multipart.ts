import { type Draft, type DraftEdit, shiftEdits, splice } from './draft.ts';
import { unscannable } from './refusals.ts';

/** Redacts one piece of a multipart body. */
export interface PartRedactor {
  /** A part's content. */
  content(bytes: Buffer, contentType: string | undefined): Draft;
  /** Header fields, and what stands before the first and after the last part. */
  text(bytes: Buffer): Draft;
}

const MAX_PARTS = 2048;
const FIX = 'send a well-formed multipart body (RFC 2046), its parts without a transfer encoding';

const LF = 0x0a;
const CR = 0x0d;

/** A range of the body. */
interface Range {
  readonly start: number;
  readonly end: number;
}

interface Layout {
  readonly parts: readonly Range[];
  /** What belongs to no part. */
  readonly around: readonly Range[];
}

/**
 * Redacts each part by its own type.
 *
 * @throws WaterwallError `unscannable-body` where the body is not well formed
 */
export function redactMultipart(
  bytes: Buffer,
  boundary: string | undefined,
  redactor: PartRedactor,
): Draft {
  if (boundary === undefined || boundary === '' || boundary.length > 200) {
    throw unscannable('a multipart body has no boundary', FIX);
  }
  if (redactor.text(Buffer.from(boundary, 'latin1')).edits.length > 0) {
    throw unscannable('the boundary of a multipart body holds a secret', FIX);
  }
  const { parts, around } = layoutOf(bytes, boundary);
  const edits: DraftEdit[] = [];
  let privateKeySeen = false;
  const take = (draft: Draft, offset: number): void => {
    edits.push(...shiftEdits(draft.edits, offset));
    privateKeySeen ||= draft.privateKeySeen;
  };
  for (const { start, end } of around) {
    if (end > start) take(redactor.text(bytes.subarray(start, end)), start);
  }
  for (const { start, end } of parts) take(redactPart(bytes.subarray(start, end), redactor), start);
  return { edits, privateKeySeen };
}

function layoutOf(bytes: Buffer, boundary: string): Layout {
  const delimiter = Buffer.from(`--${boundary}`, 'latin1');
  const parts: Range[] = [];
  let open: number | undefined;
  let preambleEnd = 0;
  let at = bytes.indexOf(delimiter);
  for (; at >= 0; at = bytes.indexOf(delimiter, at + 1)) {
    if (at > 0 && bytes[at - 1] !== LF) continue;
    const after = at + delimiter.length;
    const isLast = bytes.toString('latin1', after, after + 2) === '--';
    const next = isLast ? after + 2 : lineEnd(bytes, after);
    if (next === undefined) continue;
    if (open === undefined) preambleEnd = at;
    else parts.push({ start: open, end: lineStartBefore(bytes, at, open) });
    if (parts.length > MAX_PARTS) break;
    if (isLast) {
      return {
        parts,
        around: [
          { start: 0, end: preambleEnd },
          { start: next, end: bytes.length },
        ],
      };
    }
    open = next;
  }
  throw unscannable('a multipart body does not end, or has too many parts', FIX);
}

/** The first byte of the next line, if only white space is left on this one. */
function lineEnd(bytes: Buffer, from: number): number | undefined {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x09) at++;
  if (bytes[at] === CR) at++;
  return bytes[at] === LF ? at + 1 : undefined;
}

/** The line end before a delimiter belongs to the delimiter. */
function lineStartBefore(bytes: Buffer, delimiter: number, floor: number): number {
  const end = bytes[delimiter - 2] === CR ? delimiter - 2 : delimiter - 1;
  return Math.max(end, floor);
}

function redactPart(part: Buffer, redactor: PartRedactor): Draft {
  const bodyStart = headerLength(part);
  const header = part.subarray(0, bodyStart);
  const body = part.subarray(bodyStart);
  const head = redactor.text(header);
  const content = redactContent(body, fieldsOf(header), redactor);
  return {
    edits: [...head.edits, ...shiftEdits(content.edits, bodyStart)],
    privateKeySeen: head.privateKeySeen || content.privateKeySeen,
  };
}

/** Length of the header block with the empty line that ends it. */
function headerLength(part: Buffer): number {
  const empty = lineEnd(part, 0);
  if (empty !== undefined) return empty;
  for (let at = part.indexOf(LF); at >= 0; at = part.indexOf(LF, at + 1)) {
    if (part[at + 1] === LF) return at + 2;
    if (part[at + 1] === CR && part[at + 2] === LF) return at + 3;
  }
  throw unscannable('a part of a multipart body has no end of its header', FIX);
}

function fieldsOf(header: Buffer): ReadonlyMap<string, string> {
  const unfolded = header.toString('latin1').replace(/\r?\n[ \t]+/g, ' ');
  const fields = new Map<string, string>();
  for (const line of unfolded.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    if (fields.has(name) && name.startsWith('content-')) {
      throw unscannable('a part of a multipart body says twice how it is to be read', FIX);
    }
    fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}

function redactContent(
  body: Buffer,
  fields: ReadonlyMap<string, string>,
  redactor: PartRedactor,
): Draft {
  const type = fields.get('content-type');
  const coding = fields.get('content-encoding')?.toLowerCase() ?? 'identity';
  const transfer = fields.get('content-transfer-encoding')?.toLowerCase() ?? 'binary';
  if (coding === 'identity' && ['7bit', '8bit', 'binary'].includes(transfer)) {
    return redactor.content(body, type);
  }
  if (coding !== 'identity' || transfer !== 'base64') {
    throw unscannable('a part of a multipart body is encoded in a way that is not read', FIX);
  }
  return redactBase64(body, type, redactor);
}

function redactBase64(body: Buffer, type: string | undefined, redactor: PartRedactor): Draft {
  const source = body.toString('latin1').replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(source)) {
    throw unscannable('a part of a multipart body is not correct base64', FIX);
  }
  const decoded = Buffer.from(source, 'base64');
  const draft = redactor.content(decoded, type);
  const { parts, changed, redactions } = splice(decoded, draft);
  if (!changed) return { edits: [], privateKeySeen: draft.privateKeySeen };
  const lines =
    Buffer.concat(parts)
      .toString('base64')
      .match(/.{1,76}/g) ?? [];
  const bytes = Buffer.from(lines.join('\r\n'), 'latin1');
  return {
    edits: [{ start: 0, end: body.length, bytes, redactions }],
    privateKeySeen: draft.privateKeySeen,
  };
}
