import type { JsonString } from '../json/parse.ts';
import { type DecodedText, decodeEscapes } from '../json/text.ts';
import { isMedia, requireText } from './media.ts';
import { unscannable } from './refusals.ts';
import { asBuffer } from './view.ts';

/** A file in base64 that is text, and so is scanned decoded. */
export interface FileData {
  /** Bounds of the base64 in the message. */
  readonly start: number;
  readonly end: number;
  readonly text: Buffer;
}

/** Base64 characters that decode to what a magic needs. */
const HEAD = 24;

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const BASE64URL = /^[A-Za-z0-9_-]*={0,2}$/;

const FIX = 'send files as text, images, audio or PDF in correct base64';

/**
 * Reads the string at a place of file data: a data URL, or base64 alone.
 *
 * @returns `opaque` for media, `plain` for a URL and the like
 * @throws WaterwallError `unscannable-body` for what is neither text nor media
 */
export function readFileData(bytes: Buffer, node: JsonString): 'plain' | 'opaque' | FileData {
  const value = node.escaped
    ? decodeEscapes(bytes, node.start, node.end)
    : { bytes: bytes.subarray(node.start, node.end), origin: undefined };
  const raw = asBuffer(value.bytes);
  const from = payloadStart(raw);
  if (from === undefined || from === raw.length) return 'plain';
  if (isMedia(Buffer.from(raw.toString('latin1', from, from + HEAD), 'base64'))) return 'opaque';
  const source = raw.toString('latin1', from).replace(/[\r\n\t ]+/g, '');
  if (!(BASE64.test(source) || BASE64URL.test(source)) || source.length % 4 === 1) {
    throw unscannable('file data in the request is not correct base64', FIX);
  }
  const text = Buffer.from(source, 'base64');
  requireText(text, undefined, 'a file in the request');
  return { start: originIn(value, node, from), end: node.end, text };
}

/** Where base64 begins; undefined where the string is no file data. */
function payloadStart(value: Buffer): number | undefined {
  const head = value.toString('latin1', 0, 1024);
  if (/^data:/i.test(head)) {
    const header = /^data:[^,]*;base64,/i.exec(head)?.[0];
    return header?.length;
  }
  return /^[a-z][a-z0-9+.-]*:/i.test(head) ? undefined : 0;
}

function originIn(
  value: { readonly origin: DecodedText['origin'] | undefined },
  node: JsonString,
  offset: number,
): number {
  return value.origin === undefined ? node.start + offset : (value.origin[offset] as number);
}
