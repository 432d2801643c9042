import zlib from 'node:zlib';
import { WaterwallError } from '../../../lib/errors.ts';
import { decodeBody } from '../../../lib/redact/encoding.ts';
import { classify } from '../../../lib/redact/kind.ts';
import { decodePercent } from '../../../lib/redact/percent.ts';
import vectors from '../../redact/vectors/zstd.json' with { type: 'json' };
import { holds, type Target } from '../target.ts';

const TEXT = Buffer.from('{"messages":[{"role":"user","content":"hello hello hello hello"}]}');
const LIMIT = 64 * 1024;
const CODES: readonly string[] = ['encoding-unsupported', 'body-too-large', 'unscannable-body'];

function coding(
  name: string,
  seeds: readonly Buffer[],
  agrees: (decoded: Buffer, input: Buffer) => boolean = () => true,
): Target {
  return {
    name: `coding-${name}`,
    seeds,
    words: [
      '\x1f\x8b\x08',
      '\x28\xb5\x2f\xfd',
      '\x50\x2a\x4d\x18',
      '\xff\xff\xff\xff',
      '\0\0\0\0',
      '\x78\x9c',
    ],
    async run(input) {
      let decoded: Buffer;
      try {
        decoded = await decodeBody(input, name, { limit: LIMIT });
      } catch (error) {
        holds(
          error instanceof WaterwallError && CODES.includes(error.code),
          'it fails otherwise',
          String(error),
        );
        return;
      }
      holds(decoded.length <= LIMIT, 'it is longer than allowed');
      holds(input.length === 0 || agrees(decoded, input), 'another decoder gives something else');
    },
  };
}

export const CODINGS: readonly Target[] = [
  coding(
    'gzip',
    [zlib.gzipSync(TEXT), Buffer.concat([zlib.gzipSync('a'), zlib.gzipSync('b')])],
    sameAs(zlib.gunzipSync),
  ),
  coding('deflate', [zlib.deflateSync(TEXT), zlib.deflateRawSync(TEXT)]),
  coding('br', [zlib.brotliCompressSync(TEXT)], sameAs(zlib.brotliDecompressSync)),
  coding(
    'zstd',
    vectors
      .map(({ base64 }) => Buffer.from(base64, 'base64'))
      .filter(({ length }) => length < 4096),
    beginsAsNodeSays,
  ),
  coding('zstd, gzip', [zlib.gzipSync(Buffer.from(vectors[0]?.base64 ?? '', 'base64'))]),
  {
    name: 'percent',
    seeds: ['a%3Db+c%25%', '%E2%82%AC', '%%%41'],
    words: ['%', '%2', '%25', '%00', '+', '%c3', '%zz'],
    run(input) {
      for (const form of [false, true]) {
        const { bytes, origin } = decodePercent(input, form);
        for (let i = 1; i <= bytes.length; i++) {
          holds(origin.at(i) > origin.at(i - 1), 'origins do not go on', { i });
        }
        holds(origin.at(bytes.length) === input.length, 'the end is not the end');
        holds(form || input.includes('%') || Buffer.from(bytes).equals(input), 'it changed');
      }
    },
  },
  {
    name: 'content-type',
    seeds: [
      'multipart/form-data; boundary="a\\"b"; charset=utf-8',
      'application/json;charset=UTF-8',
      'text/plain',
    ],
    words: [';', '=', '"', '\\', 'boundary', 'charset', ' ', '\t', '/', '+json', 'multipart/'],
    run(input) {
      const { charset } = classify(input.toString('latin1'));
      holds(charset === charset?.toLowerCase(), 'the charset is not lower case');
    },
  },
];

function sameAs(decodeSync: (bytes: Buffer) => Buffer) {
  return (decoded: Buffer, input: Buffer): boolean => decodeSync(input).equals(decoded);
}

/**
 * Node's own decoder, where there is one, ends with the first frame (RFC 8878 allows any number),
 * and refuses what fails its checksum. Ours looks at no checksum: what is forwarded is what it read.
 */
function beginsAsNodeSays(decoded: Buffer, input: Buffer): boolean {
  const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Buffer) => Buffer };
  if (zstdDecompressSync === undefined) return true;
  let first: Buffer;
  try {
    first = zstdDecompressSync(input);
  } catch {
    return true;
  }
  return decoded.subarray(0, first.length).equals(first);
}
