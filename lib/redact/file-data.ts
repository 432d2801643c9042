import { isAscii } from 'node:buffer';
import type { JsonString } from '../json/parse.ts';
import { type DecodedText, decodeEscapes } from '../json/text.ts';
import { isMedia, isText, requireText } from './media.ts';
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
  const head = Buffer.from(raw.toString('latin1', from, from + HEAD), 'base64');
  const isOfMedia = isMedia(head);
  if (isOfMedia && !isAscii(head)) return 'opaque';
  const source = raw.toString('latin1', from).replace(/[\r\n\t ]+/g, '');
  if (!(BASE64.test(source) || BASE64URL.test(source)) || source.length % 4 === 1) {
    throw unscannable('file data in the request is not correct base64', FIX);
  }
  const text = Buffer.from(source, 'base64');
  if (isOfMedia && !isText(text)) return 'opaque';
  requireText(text, undefined, 'a file in the request');
  return { start: originIn(value, node, from), end: node.end, text };
}

/** Where base64 begins; undefined where the string is no file data. */
function payloadStart(value: Buffer): number | undefined {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(value.toString('latin1', 0, 64))?.[0].toLowerCase();
  if (scheme === undefined) return 0;
  const comma = value.indexOf(',');
  const isBase64 =
    scheme === 'data:' &&
    comma >= 0 &&
    /;\s*base64\s*$/i.test(value.toString('latin1', Math.max(0, comma - 64), comma));
  return isBase64 ? comma + 1 : undefined;
}

function originIn(
  value: { readonly origin: DecodedText['origin'] | undefined },
  node: JsonString,
  offset: number,
): number {
  return value.origin === undefined ? node.start + offset : value.origin.at(offset);
}
