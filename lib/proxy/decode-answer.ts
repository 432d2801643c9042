import type { IncomingMessage } from 'node:http';
import { Duplex, pipeline, type Readable } from 'node:stream';
import zlib from 'node:zlib';
import { WaterwallError } from '../errors.ts';

/** Decoders; every block is passed on at once, so that events keep flowing. */
const DECODERS: Readonly<Record<string, (first: number) => zlib.Gunzip>> = {
  gzip: () => zlib.createGunzip({ flush: zlib.constants.Z_SYNC_FLUSH }),
  'x-gzip': () => zlib.createGunzip({ flush: zlib.constants.Z_SYNC_FLUSH }),
  // RFC 9110 §8.4.1.2: some send the deflate data without the zlib format around it.
  deflate: (first) =>
    (first & 0x0f) === 0x08
      ? zlib.createInflate({ flush: zlib.constants.Z_SYNC_FLUSH })
      : zlib.createInflateRaw({ flush: zlib.constants.Z_SYNC_FLUSH }),
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
  const decoders = codings.reverse().map((coding) => DECODERS[coding]);
  if (codings.length > MAX_CODINGS || !decoders.every((create) => create !== undefined)) {
    throw new WaterwallError(
      'encoding-unsupported',
      'the provider answered in a coding that cannot be read',
      {
        fix: 'report which provider does so: Waterwall offers gzip, deflate and br only',
      },
    );
  }
  const last = decoders.map(decoderOf);
  pipeline([answer, ...last], () => {});
  return last.at(-1) as Duplex;
}

/** Decodes from the first byte on; what has none stays empty, whatever coding it claims. */
function decoderOf(create: (first: number) => zlib.Gunzip): Duplex {
  let inner: zlib.Gunzip | undefined;
  const begin = (first: number): zlib.Gunzip => {
    const decoder = create(first);
    decoder.on('data', (bytes: Buffer) => {
      if (!outer.push(bytes)) decoder.pause();
    });
    decoder.once('end', () => outer.push(null));
    decoder.once('error', (error) => outer.destroy(error));
    return decoder;
  };
  const outer = new Duplex({
    write(chunk: Buffer, _encoding, done) {
      inner ??= begin(chunk[0] as number);
      inner.write(chunk, done);
    },
    final(done) {
      if (inner === undefined) outer.push(null);
      else inner.end();
      done();
    },
    read() {
      inner?.resume();
    },
    destroy(error, done) {
      inner?.destroy();
      done(error);
    },
  });
  return outer;
}
