import { isJson } from '../detect/well-formed.ts';
import { type Draft, shiftEdits, splice } from './draft.ts';
import { redactJson } from './json.ts';
import { classify } from './kind.ts';
import { isMedia, isText, requireText } from './media.ts';
import { redactMultipart } from './multipart.ts';
import { secretInOpaqueField, unscannable } from './refusals.ts';
import { redactText } from './text.ts';
import type { RedactedBody, RedactionContext } from './types.ts';

/** A multipart body inside a multipart body, and so on. */
const MAX_NESTING = 4;

const LF = 0x0a;

/** Everywhere in lines of JSON. */
const IN_STRINGS = { depthAt: () => 1 };

/** The byte order mark that some encoders put before a document, and many parsers pass over. */
const MARK = Buffer.from('\ufeff');

/**
 * Redacts a request body, or a message of a WebSocket.
 *
 * @param bytes - without content codings
 * @param contentType - the field's value; undefined: the bytes decide
 * @throws WaterwallError `unscannable-body`, `secret-in-opaque-field`, `placeholder-collision`,
 *   `store-full`
 */
export function redactBody(
  bytes: Buffer,
  contentType: string | undefined,
  ctx: RedactionContext,
): RedactedBody {
  return splice(bytes, draftOf(bytes, contentType, ctx, MAX_NESTING));
}

function draftOf(
  bytes: Buffer,
  contentType: string | undefined,
  ctx: RedactionContext,
  nesting: number,
): Draft {
  if (bytes.length === 0) return { edits: [], privateKeySeen: ctx.privateKeySeen };
  const { kind, charset, boundary } = classify(contentType);
  if (kind === 'multipart') {
    if (nesting === 0)
      throw unscannable('multipart bodies are nested too deeply', 'nest them less');
    return redactMultipart(bytes, boundary, {
      content: (part, type) => draftOf(part, type, ctx, nesting - 1),
      text: (text) => textOf(text, ctx),
    });
  }
  if (kind === 'unknown' && isMedia(bytes) && !isText(bytes)) {
    if (ctx.exact.find(bytes).length > 0) throw secretInOpaqueField(undefined);
    return { edits: [], privateKeySeen: ctx.privateKeySeen };
  }
  requireText(bytes, charset, 'the request body');
  // Providers read JSON whatever its type says, and only there do files have their places.
  const json = bytes.subarray(MARK.equals(bytes.subarray(0, MARK.length)) ? MARK.length : 0);
  if (kind === 'json' || isObject(json)) {
    const { edits, privateKeySeen } = redactJson(json, ctx);
    return { edits: shiftEdits(edits, bytes.length - json.length), privateKeySeen };
  }
  switch (kind) {
    case 'form':
      return redactText(bytes, ctx, { percent: 'form' });
    default:
      // Files of batches are sent as bytes; what comes of them is given back as JSON.
      return redactText(bytes, ctx, kind === 'ndjson' || isLines(bytes) ? IN_STRINGS : {});
  }
}

/** Whether a body is one JSON object or array. */
function isObject(bytes: Buffer): boolean {
  return /^\s*[{[]/.test(bytes.toString('latin1', 0, 64)) && isJson(bytes);
}

/** Whether a body is one JSON object or array a line. */
function isLines(bytes: Buffer): boolean {
  for (let from = 0; from < bytes.length; ) {
    const at = bytes.indexOf(LF, from);
    const end = at === -1 ? bytes.length : at;
    const line = bytes.subarray(from, end);
    if (!isObject(line) && !/^\s*$/.test(line.toString('latin1', 0, 64))) return false;
    from = end + 1;
  }
  return true;
}

function textOf(bytes: Buffer, ctx: RedactionContext): Draft {
  requireText(bytes, undefined, 'a part of the request body');
  return redactText(bytes, ctx, { percent: 'percent' });
}
