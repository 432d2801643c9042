import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import zlib from 'node:zlib';
import { WaterwallError } from '../errors.ts';

/** Stream decoders; every block is passed on at once, so that events keep flowing. */
const DECODERS: Readonly<Record<string, () => NodeJS.ReadWriteStream & Readable>> = {
  gzip: () => zlib.createGunzip({ flush: zlib.constants.Z_SYNC_FLUSH }),
  'x-gzip': () => zlib.createGunzip({ flush: zlib.constants.Z_SYNC_FLUSH }),
  deflate: () => zlib.createInflate({ flush: zlib.constants.Z_SYNC_FLUSH }),
  br: () => zlib.createBrotliDecompress({ flush: zlib.constants.BROTLI_OPERATION_FLUSH }),
};

/** As many codings as a request may have. */
const MAX_CODINGS = 4;

/**
 * An answer's body without its content codings (RFC 9110 §8.4).
 *
 * @throws WaterwallError `encoding-unsupported` where the provider chose a coding that it was not
 *   offered
 */
export function decodeAnswer(answer: IncomingMessage): Readable {
  const codings = (answer.headers['content-encoding'] ?? '')
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length === 0) return answer;
  const decoders = codings.reverse().map((coding) => DECODERS[coding]?.());
  if (codings.length > MAX_CODINGS || decoders.includes(undefined)) {
    throw new WaterwallError(
      'encoding-unsupported',
      'the provider answered in a coding that cannot be read',
      {
        fix: 'report which provider does so: Waterwall offers gzip, deflate and br only',
      },
    );
  }
  const streams = [answer, ...(decoders as (NodeJS.ReadWriteStream & Readable)[])];
  pipeline(streams, () => {});
  return streams.at(-1) as Readable;
}
