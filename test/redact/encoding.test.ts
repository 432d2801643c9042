import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBody } from '../../lib/redact/encoding.ts';

const limit = 1_000_000;
const text: Buffer = Buffer.from(
  JSON.stringify({ content: 'a made-up body, repeated. '.repeat(400) }),
);

const FAST = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 3 } };

type Encode = (bytes: Buffer) => Buffer;

const ENCODERS: Readonly<Record<string, Encode>> = {
  gzip: (bytes) => zlib.gzipSync(bytes),
  'x-gzip': (bytes) => zlib.gzipSync(bytes),
  deflate: (bytes) => zlib.deflateSync(bytes),
  br: (bytes) => zlib.brotliCompressSync(bytes, FAST),
};

interface ZstdVector {
  readonly name: string;
  readonly base64: string;
  readonly sha256: string;
  readonly length: number;
}

const zstdVectors = JSON.parse(
  readFileSync(new URL('vectors/zstd.json', import.meta.url), 'utf8'),
) as ZstdVector[];

describe('decodeBody', () => {
  for (const [coding, encode] of Object.entries(ENCODERS)) {
    it(`takes ${coding} off`, async () => {
      expect(await decodeBody(encode(text), coding, { limit })).toEqual(text);
    });
  }

  it('takes a bare deflate stream for deflate', async () => {
    expect(await decodeBody(zlib.deflateRawSync(text), 'deflate', { limit })).toEqual(text);
  });

  it('leaves a body without a coding as it is', async () => {
    for (const coding of [undefined, '', 'identity', ' Identity , ']) {
      expect(await decodeBody(text, coding, { limit })).toBe(text);
    }
  });

  it('takes an empty body for empty, whatever its header says', async () => {
    expect(await decodeBody(Buffer.alloc(0), 'gzip', { limit })).toHaveLength(0);
  });

  it('takes several codings off, the last one first', async () => {
    const names = fc.array(fc.constantFrom(...Object.keys(ENCODERS)), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(names, async (codings) => {
        let body = text;
        for (const name of codings) body = (ENCODERS[name] as Encode)(body);
        const header = codings.join(' ,').toUpperCase();
        expect(await decodeBody(body, header, { limit })).toEqual(text);
      }),
      { numRuns: 20 },
    );
  });

  it.each(zstdVectors)('takes zstd off: $name', async ({ base64, sha256, length }) => {
    const body = await decodeBody(Buffer.from(base64, 'base64'), 'zstd', { limit });
    expect(body).toHaveLength(length);
    expect(createHash('sha256').update(body).digest('hex')).toBe(sha256);
  });

  it.each([
    ['an unknown coding', 'lzma'],
    ['a list with an unknown coding', 'gzip, compress'],
    ['five codings', 'gzip, gzip, gzip, gzip, gzip'],
  ])('refuses %s', async (_, coding) => {
    await expect(decodeBody(text, coding, { limit })).rejects.toMatchObject({
      code: 'encoding-unsupported',
    });
  });

  const bomb = Buffer.alloc(limit + 1);
  it.each(Object.entries(ENCODERS))('refuses a bomb in %s', async (coding, encode) => {
    await expect(decodeBody(encode(bomb), coding, { limit })).rejects.toMatchObject({
      code: 'body-too-large',
    });
    expect(await decodeBody(encode(bomb.subarray(1)), coding, { limit })).toHaveLength(limit);
  });

  it('refuses a bomb under several codings', async () => {
    const body = zlib.gzipSync(zlib.gzipSync(Buffer.alloc(50 * limit)));
    await expect(decodeBody(body, 'gzip, gzip', { limit })).rejects.toMatchObject({
      code: 'body-too-large',
    });
  });

  it('refuses zstd bombs before they grow', async () => {
    const runs = vector('run-length blocks');
    await expect(decodeBody(runs, 'zstd', { limit: 1000 })).rejects.toMatchObject({
      code: 'body-too-large',
    });
    // A run-length block may claim 2 MiB with four bytes.
    const block = Buffer.from([(((2 ** 17) << 3) & 0xff) | 2, 0, 0x10, 0x61]);
    const frame = Buffer.concat([
      Buffer.from('28b52ffd0060', 'hex'),
      ...new Array(500).fill(block),
    ]);
    await expect(decodeBody(frame, 'zstd', { limit })).rejects.toMatchObject({
      code: expect.stringMatching(/body-too-large|unscannable-body/),
    });
  });

  it.each([
    ['a content size beyond the limit', '28b52ffda0ffffff7f010000', 'body-too-large'],
    ['a window of 1 GiB', '28b52ffd00a0010000', 'unscannable-body'],
    ['a dictionary it does not have', '28b52ffd0160ff', 'unscannable-body'],
    ['another magic', '28b52ffe00600100000000', 'unscannable-body'],
    ['a skippable frame that is cut', '502a4d1805000000ff', 'unscannable-body'],
    ['bytes behind the last frame', '28b52ffd2000010000ffffffffffffffff', 'unscannable-body'],
  ])('refuses zstd with %s', async (_, hex, code) => {
    await expect(decodeBody(Buffer.from(hex, 'hex'), 'zstd', { limit })).rejects.toMatchObject({
      code,
    });
  });

  it('refuses data that is cut at any place', async () => {
    const coded: Record<string, Encode> = {
      ...ENCODERS,
      zstd: () => vector('one frame without content size, with checksum'),
    };
    for (const [coding, encode] of Object.entries(coded)) {
      const whole = encode(text);
      for (let length = 1; length < whole.length; length += 7) {
        await expect(
          decodeBody(whole.subarray(0, length), coding, { limit }),
          `${coding} cut to ${length}`,
        ).rejects.toMatchObject({ code: 'unscannable-body' });
      }
    }
  });

  it('says nothing of the data in its refusal', async () => {
    const body = Buffer.from('not gzip but made-up-secret-text');
    const error = await decodeBody(body, 'gzip', { limit }).catch((caught: Error) => caught);
    expect(String(error)).not.toContain('made-up');
  });
});

function vector(name: string): Buffer {
  const found = zstdVectors.find((one) => one.name === name);
  return Buffer.from(found?.base64 ?? '', 'base64');
}
