import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { WaterwallError } from '../errors.ts';
import { tooLarge, unscannable } from './refusals.ts';
import { asBuffer } from './view.ts';
import { decodeZstd } from './zstd.ts';

export interface DecodeOptions {
  /** Bytes that no coding may decode to more than. */
  readonly limit: number;
}

/** No client uses more than one; more than this is a trick. */
const MAX_CODINGS = 4;

type Decoder = (bytes: Buffer, limit: number) => Promise<Buffer>;

type Zlib = (bytes: Buffer, options: zlib.ZlibOptions & zlib.BrotliOptions) => Promise<Buffer>;

const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', withZlib(promisify(zlib.gunzip))],
  ['x-gzip', withZlib(promisify(zlib.gunzip))],
  ['deflate', decodeDeflate],
  ['br', withZlib(promisify(zlib.brotliDecompress))],
  ['zstd', decodeZstd],
]);

/**
 * Takes the content codings off a body (RFC 9110 §8.4), in zlib's threads, so that a large body
 * holds up no other exchange.
 *
 * @param contentEncoding - the field's value; the last coding named is taken off first
 * @throws WaterwallError `encoding-unsupported`, `body-too-large`, `unscannable-body` where the
 *   data is broken
 */
export async function decodeBody(
  bytes: Buffer,
  contentEncoding: string | undefined,
  { limit }: DecodeOptions,
): Promise<Buffer> {
  const codings = (contentEncoding ?? '')
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  const decoders = codings.map((coding) => DECODERS.get(coding));
  if (codings.length > MAX_CODINGS || decoders.includes(undefined)) {
    throw new WaterwallError(
      'encoding-unsupported',
      'the request body has a content coding that is not read',
      { fix: 'send it as gzip, deflate, br, zstd or uncompressed' },
    );
  }
  let body = bytes;
  if (body.length > limit) throw tooLarge(limit);
  // A message without content has no coding either, whatever its header says.
  if (body.length === 0) return body;
  for (const decode of decoders.reverse()) body = await decodeOnce(decode as Decoder, body, limit);
  return body;
}

async function decodeOnce(decode: Decoder, bytes: Buffer, limit: number): Promise<Buffer> {
  try {
    const body = await decode(bytes, limit);
    if (body.length > limit) throw tooLarge(limit);
    return body;
  } catch (error) {
    if (error instanceof WaterwallError) throw error;
    if (isTooLarge(error)) throw tooLarge(limit);
    const fix = 'send the body whole, in the coding that its header names';
    throw unscannable('the request body does not decode', fix, error);
  }
}

function withZlib(run: Zlib): Decoder {
  return async (bytes, limit) => asBuffer(await run(bytes, { maxOutputLength: limit }));
}

/** `deflate` means zlib's format (RFC 9110 §8.4.1.2), but some clients send the bare stream. */
function decodeDeflate(bytes: Buffer, limit: number): Promise<Buffer> {
  const hasHeader =
    ((bytes[0] ?? 0) & 0x0f) === 8 && bytes.readUIntBE(0, Math.min(2, bytes.length)) % 31 === 0;
  return withZlib(promisify(hasHeader ? zlib.inflate : zlib.inflateRaw))(bytes, limit);
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}
