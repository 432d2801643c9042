import { describe, expect, it } from 'vitest';
import { PATTERNS, type Pattern } from '../../lib/detect/patterns.ts';
import { compileScanner } from '../../lib/detect/scanner.ts';
import { randomFrom } from './random.ts';

const scanner = compileScanner({ patterns: [], allow: [], disable: [] });
const strong = PATTERNS.filter(({ strength }) => strength === 'strong');

type Encoder = (bytes: Buffer) => string;

const ENCODINGS: Readonly<Record<string, Encoder>> = {
  base64: (bytes) => bytes.toString('base64'),
  base64url: (bytes) => bytes.toString('base64url'),
  'lower-case hex': (bytes) => bytes.toString('hex'),
  'upper-case hex': (bytes) => bytes.toString('hex').toUpperCase(),
};

/** What stands around the encoded text, and is none of it. */
const AROUND: readonly (readonly [string, string])[] = [
  ['', ''],
  ['  password: ', '\n'],
  ['"', '"'],
  ['Authorization: Basic ', '\r\n'],
  ['first\\n', '\\nlast'],
  ['first\\\\t', '\\\\n'],
  ['\\u00e9', '\\"'],
  // What they end in would be the letters `0`, `4` and `z`, were it part of what is encoded.
  ['\\ud9dc\\udd30', '\\"'],
  ['C:\\\\0', '\\"'],
  ['\\u007a', '\\"'],
  // A bracket without an Escape before it begins a list, not the code of a colour.
  ['[', ']'],
  ['\\n[', ']'],
  ['?q=a%3D', '&b=%20'],
  ['\u001b[1;32m', '\u001b[0m'],
  ['密', '密'],
  ['key=', ' ...'],
];

function label(pattern: Pattern): string {
  return `${pattern.type}: ${pattern.what}`;
}

function longExample(pattern: Pattern, random: () => number): string {
  for (;;) {
    const example = pattern.example(random);
    if (example.length >= 24) return example;
  }
}

/** Weak types whose prefix is as good as a strong one's, once it stands where it may begin. */
const telling = [
  'AWS_ACCESS_KEY',
  'STRIPE_KEY',
  'XAI_KEY',
  'CEREBRAS_KEY',
  'DATABRICKS_TOKEN',
  'MAILGUN_KEY',
  'DOPPLER_TOKEN',
  'MINIMAX_KEY',
];

describe.each(telling)('%s', (type) => {
  const patterns = PATTERNS.filter((pattern) => pattern.type === type);
  const random = randomFrom(type.length * 7919);

  it.each(Object.entries(ENCODINGS))('is found in %s, wherever it may begin', (_name, encode) => {
    for (const [before, after] of AROUND) {
      for (const lead of ['', ':', '":', '{"token":"', `user${'.'.repeat(30)}:`]) {
        for (const pattern of patterns) {
          const plain = Buffer.from(`${lead}${pattern.example(random)} and so on`);
          const bytes = Buffer.from(`${before}${encode(plain)}${after}`);
          const start = Buffer.byteLength(before);
          const end = bytes.length - Buffer.byteLength(after);
          expect(scanner.scan({ bytes }).spans).toMatchObject([{ start, end, type, depth: 0 }]);
        }
      }
    }
  });

  it('is not found behind a letter', () => {
    for (const pattern of patterns) {
      const plain = Buffer.from(`letter${pattern.example(random)} and so on, and on`);
      const bytes = Buffer.from(`data: ${plain.toString('base64')}\n`);
      expect(scanner.scan({ bytes }).spans).toEqual([]);
    }
  });
});

describe.each(strong.map((pattern) => [label(pattern), pattern] as const))('%s', (_, pattern) => {
  const random = randomFrom(pattern.what.length * 104729 + pattern.type.charCodeAt(3));

  it.each(Object.entries(ENCODINGS))('is found in %s, wherever it begins', (_name, encode) => {
    for (const [before, after] of AROUND) {
      // The shortest forms of a few types are shorter than any token that was ever issued.
      for (const lead of ['', ':', '":', '{"token":"', `user${'.'.repeat(30)}:`]) {
        const plain = Buffer.from(`${lead}${longExample(pattern, random)}`);
        const bytes = Buffer.from(`${before}${encode(plain)}${after}`);
        const { spans } = scanner.scan({ bytes });
        const start = Buffer.byteLength(before);
        const end = bytes.length - Buffer.byteLength(after);
        expect(spans).toMatchObject([{ start, end, type: pattern.type, depth: 0 }]);
      }
    }
  });
});

describe('lines of encoded text', () => {
  const random = randomFrom(11);
  const tokens = strong.filter(({ shapes }) => shapes.length > 0);

  const wrapped = (text: string, width: number, separator: string): string =>
    (text.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).join(separator);

  it.each([
    [60, '\n'],
    [64, '\n'],
    [76, '\r\n'],
    [76, '\n    '],
    [64, '\\n'],
    [76, '\\\\r\\\\n'],
    [76, '\n     2→'],
    [64, '\n    17\t'],
  ])('of %i characters, parted by %j, hold no part of a secret', (width, separator) => {
    for (let round = 0; round < 120; round++) {
      const token = longExample(tokens[round % tokens.length] as Pattern, random);
      const before = '#'.repeat(Math.floor(random() * 120));
      const plain = Buffer.from(`${before} ${token} ${'#'.repeat(90)}`);
      for (const encode of Object.values(ENCODINGS)) {
        const encoded = encode(plain);
        const text = wrapped(encoded, width, separator);
        const bytes = Buffer.from(`x: "${text}"`);
        const { spans } = scanner.scan({ bytes });
        let rest = bytes.toString('latin1');
        for (const { start, end } of [...spans].reverse()) {
          rest = rest.slice(0, start) + rest.slice(end);
        }
        const bits = encode === ENCODINGS['base64'] || encode === ENCODINGS['base64url'] ? 6 : 4;
        const from = Math.ceil(((before.length + 1) * 8) / bits);
        const to = Math.floor(((before.length + 1 + token.length) * 8) / bits);
        const core = encoded.slice(from, to);
        let left = 0;
        for (let at = 0; at + 12 <= core.length; at++) {
          if (rest.includes(core.slice(at, at + 12))) left++;
        }
        expect(left).toBe(0);
      }
    }
  });

  it('that real line ends alone part are one span', () => {
    const token = `${'ghp_'}${'aB3d'.repeat(20)}`;
    const text = wrapped(Buffer.from(`x ${token}`).toString('base64'), 64, '\n');
    for (const [depth, written] of [
      [0, text],
      [1, JSON.stringify(text).slice(1, -1)],
      [2, JSON.stringify(JSON.stringify(text).slice(1, -1)).slice(1, -1)],
    ] as const) {
      const bytes = Buffer.from(`"${written}"`);
      const { spans } = scanner.scan({ bytes, depthAt: () => depth });
      expect(spans).toMatchObject([{ start: 1, end: bytes.length - 1, depth }]);
    }
  });
});

describe('encoded text without a secret', () => {
  const encodedIn = (text: string) =>
    scanner.scan({ bytes: Buffer.from(text) }).spans.filter(({ core }) => core !== undefined);

  it('is left alone', () => {
    const random = randomFrom(3);
    const noise = Buffer.from(Array.from({ length: 300_000 }, () => Math.floor(random() * 256)));
    for (const encode of Object.values(ENCODINGS)) {
      const text = encode(noise);
      expect(encodedIn(text)).toEqual([]);
      const lines = (text.match(/.{1,76}/g) ?? []).join('\n');
      expect(encodedIn(lines)).toEqual([]);
    }
  });

  it.each([
    ['a certificate', Buffer.from(`-----BEGIN CERTIFICATE-----\n${'MIIB'.repeat(16)}\n`)],
    ['a prefix alone', Buffer.from(`the prefix ${'ghp_'} is followed by letters and digits`)],
    ['a weak prefix', Buffer.from(`AC${'0'.repeat(32)} and more of the same text`)],
  ])('such as %s', (_, plain) => {
    for (const encode of Object.values(ENCODINGS)) {
      expect(scanner.scan({ bytes: Buffer.from(encode(plain)) }).spans).toEqual([]);
    }
  });
});

describe('the operator’s word', () => {
  const token = `${'ghp_'}${'aB3d'.repeat(9)}`;
  const bytes = Buffer.from(Buffer.from(`user:${token}`).toString('base64'));

  it('that a value is no secret holds for its encoded forms', () => {
    const lenient = compileScanner({ patterns: [], allow: [token], disable: [] });
    expect(lenient.scan({ bytes }).spans).toEqual([]);
  });

  it('that a type is off holds for its encoded forms', () => {
    const lenient = compileScanner({ patterns: [], allow: [], disable: ['GITHUB_TOKEN'] });
    expect(lenient.scan({ bytes }).spans).toEqual([]);
  });
});
