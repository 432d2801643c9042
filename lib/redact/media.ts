import { isUtf8 } from 'node:buffer';
import { unscannable } from './refusals.ts';

/** A file format that is told by its first bytes. */
interface Magic {
  readonly at: number;
  readonly bytes: string;
  /** More bytes that must follow, for containers that hold many things. */
  readonly and?: { readonly at: number; readonly oneOf: readonly string[] };
}

/** Bytes of {@link isMedia}'s answer that matter. */
export const MAGIC_LENGTH = 16;

/** Images, audio and PDF, as the APIs take them; each in latin1. */
const MEDIA: readonly Magic[] = [
  { at: 0, bytes: '\x89PNG\r\n\x1a\n' },
  { at: 0, bytes: '\xff\xd8\xff' },
  { at: 0, bytes: 'GIF87a' },
  { at: 0, bytes: 'GIF89a' },
  { at: 0, bytes: 'RIFF', and: { at: 8, oneOf: ['WEBP', 'WAVE'] } },
  { at: 0, bytes: 'BM', and: { at: 6, oneOf: ['\0\0\0\0'] } },
  { at: 0, bytes: 'II*\0' },
  { at: 0, bytes: 'MM\0*' },
  {
    at: 4,
    bytes: 'ftyp',
    and: {
      at: 8,
      oneOf: [
        'avif',
        'avis',
        'heic',
        'heix',
        'hevc',
        'mif1',
        'msf1',
        'M4A ',
        'M4B ',
        'isom',
        'mp41',
        'mp42',
        'dash',
      ],
    },
  },
  { at: 0, bytes: '%PDF-' },
  { at: 0, bytes: 'ID3' },
  { at: 0, bytes: '\xff\xfb' },
  { at: 0, bytes: '\xff\xf3' },
  { at: 0, bytes: '\xff\xf2' },
  { at: 0, bytes: '\xff\xf1' },
  { at: 0, bytes: '\xff\xf9' },
  { at: 0, bytes: 'OggS' },
  { at: 0, bytes: 'fLaC' },
  { at: 0, bytes: 'FORM', and: { at: 8, oneOf: ['AIFF', 'AIFC'] } },
  { at: 0, bytes: '\x1aE\xdf\xa3' },
];

/** Names for what is refused, so that the message helps. */
const CONTAINERS: readonly (readonly [magic: string, name: string])[] = [
  ['PK\x03\x04', 'a ZIP container'],
  ['\x1f\x8b', 'gzip data'],
  ['\x28\xb5\x2f\xfd', 'zstd data'],
  ['BZh', 'bzip2 data'],
  ['\xfd7zXZ\0', 'xz data'],
  ['7z\xbc\xaf\x27\x1c', 'a 7-Zip container'],
  ['\xff\xfe', 'UTF-16 text'],
  ['\xfe\xff', 'UTF-16 text'],
];

/** Whether bytes begin as an image, audio or a PDF does. */
export function isMedia(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.subarray(0, MAGIC_LENGTH)).toString('latin1');
  return MEDIA.some(
    ({ at, bytes: magic, and }) =>
      head.startsWith(magic, at) &&
      (and === undefined || and.oneOf.some((more) => head.startsWith(more, and.at))),
  );
}

/** Whether bytes are text: some media begin with letters, and so may any text. */
export function isText(bytes: Buffer): boolean {
  return isUtf8(bytes) && !bytes.includes(0);
}

/**
 * Makes sure that bytes are text that can be scanned.
 *
 * @param charset - the declared one, lower case
 * @param what - what the bytes are, for the message
 * @throws WaterwallError `unscannable-body`
 */
export function requireText(bytes: Buffer, charset: string | undefined, what: string): void {
  if (charset !== undefined && !['utf-8', 'utf8', 'us-ascii', 'ascii'].includes(charset)) {
    throw unscannable(`${what} is declared as ${printable(charset)}, not as UTF-8`, SEND_UTF8);
  }
  if (isText(bytes)) return;
  const head = bytes.toString('latin1', 0, MAGIC_LENGTH);
  const name = CONTAINERS.find(([magic]) => head.startsWith(magic))?.[1];
  throw unscannable(
    `${what} is ${name ?? 'binary data that is no image, audio or PDF'}`,
    SEND_UTF8,
  );
}

const SEND_UTF8 = 'send text as UTF-8, and files as text, images, audio or PDF';

/** A client's own words in a message are cut to what no log or terminal minds. */
function printable(text: string): string {
  return text.replace(/[^a-z0-9._-]/g, '').slice(0, 32);
}
