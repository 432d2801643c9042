import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PATTERNS, type Pattern } from '../../lib/detect/patterns.ts';
import { compileScanner } from '../../lib/detect/scanner.ts';
import { SAMPLES } from '../pipeline/documents.ts';
import { runs } from '../support/runs.ts';
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

/** The shortest forms of a few strong types are shorter than any token that was ever issued. */
function longExample(pattern: Pattern, random: () => number): string {
  for (;;) {
    const example = pattern.example(random);
    if (pattern.strength === 'weak' || example.length >= 24) return example;
  }
}

/** What stands before it in the same text; a name makes the next value a secret of its own. */
const LEADS = ['', ':', '":', '{"a":"', `user${'.'.repeat(30)}:`];

describe.each(PATTERNS.map((pattern) => [label(pattern), pattern] as const))('%s', (_, pattern) => {
  const random = randomFrom(pattern.what.length * 104729 + pattern.type.charCodeAt(3));

  it.each(Object.entries(ENCODINGS))('is found in %s, wherever it begins', (_name, encode) => {
    for (const [before, after] of AROUND) {
      for (const lead of LEADS) {
        const plain = Buffer.from(`${lead}${longExample(pattern, random)} and so on`);
        const [found] = scanner.scan({ bytes: plain }).spans;
        const bytes = Buffer.from(`${before}${encode(plain)}${after}`);
        const start = Buffer.byteLength(before);
        const end = bytes.length - Buffer.byteLength(after);
        expect(scanner.scan({ bytes }).spans).toMatchObject([
          { start, end, type: found?.type, depth: 0 },
        ]);
      }
    }
  });
});

it.each(['AKIA', 'sk_live_', 'AC', 'hf_'])(
  '%s behind a letter is none encoded either',
  (prefix) => {
    const plain = Buffer.from(`letter${prefix}${'A2b3'.repeat(9)} and so on, and on`);
    for (const encode of Object.values(ENCODINGS)) {
      expect(scanner.scan({ bytes: Buffer.from(`data: ${encode(plain)}\n`) }).spans).toEqual([]);
    }
  },
);

describe('whatever a scan of the decoded text finds', () => {
  const text = fc
    .array(
      fc.oneof(
        fc.constantFrom(...SAMPLES.map((sample) => sample.text)),
        fc.stringMatching(/^[ -~\n]{0,40}$/),
      ),
      { minLength: 1, maxLength: 4 },
    )
    .map((parts) => parts.join('\n'))
    .filter((one) => one.length >= 24);

  it.each(Object.entries(ENCODINGS))('is found in %s', (_name, encode) => {
    fc.assert(
      fc.property(text, (plain) => {
        const decoded = Buffer.from(plain);
        const encoded = encode(decoded);
        const inside = scanner.scan({ bytes: decoded }).spans;
        // Between quotes, where what the text itself looks like plays no part.
        const outside = scanner.scan({ bytes: Buffer.from(`"${encoded}"`) }).spans;
        expect(outside.map(({ start, end }) => [start, end])).toEqual(
          inside.length === 0 ? [] : [[1, encoded.length + 1]],
        );
      }),
      runs(200),
    );
  });
});

describe('everyday encoded texts', () => {
  const token = `${'ghp_'}${'aB3d'.repeat(9)}`;
  const base64 = (plain: string): string => Buffer.from(plain).toString('base64');
  const login = base64(JSON.stringify({ auths: { 'ghcr.io': { auth: base64(`me:${token}`) } } }));

  it.each([
    ['a whole .env file', base64(`# app\nDEBUG=1\nDB_PASSWORD=q8Zr2mVx71\nPORT=80\n`), 'PASSWORD'],
    ['the password in a URL', base64('postgres://app:q8Zr2mVx71@db:5432/app'), 'URL_PASSWORD'],
    ['the login of a registry', login, 'GITHUB_TOKEN'],
    [
      'a field of a request',
      base64(`authorization: Bearer x7Kq9ZpL2mWv8RtY4nBc6HdF1sGj3QaE`),
      'BEARER_TOKEN',
    ],
    ['a Twilio account', base64(`${'AC'}${'0a'.repeat(16)}:x`), 'TWILIO_ACCOUNT_SID'],
    ['text with letters of all scripts', base64(`ключ: ${token} — 密钥`), 'GITHUB_TOKEN'],
  ])('%s', (_, value, type) => {
    const bytes = Buffer.from(`kind: Secret\ndata:\n  value: ${value}\n  user: YWRtaW4=\n`);
    const start = bytes.indexOf(value);
    expect(scanner.scan({ bytes }).spans).toMatchObject([
      { start, end: start + value.length, type },
    ]);
  });

  it('in a long run that is no text but for it', () => {
    const random = randomFrom(5);
    const noise = (length: number): Buffer =>
      Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
    for (let lead = 3000; lead < 3006; lead++) {
      const plain = Buffer.concat([noise(lead), Buffer.from(`:${token}.`), noise(3000)]);
      for (const encode of Object.values(ENCODINGS)) {
        const bytes = Buffer.from(`"${encode(plain)}"`);
        expect(scanner.scan({ bytes }).spans).toMatchObject([
          { start: 1, end: bytes.length - 1, type: 'GITHUB_TOKEN' },
        ]);
      }
    }
  });

  it('at every place of a block and a chunk', () => {
    const value = base64(`DB_PASSWORD=q8Zr2mVx71`);
    for (const at of [...Array(40).keys(), ...Array.from({ length: 40 }, (_, i) => 262_050 + i)]) {
      const bytes = Buffer.from(`${' '.repeat(at)}${value}`);
      expect(scanner.scan({ bytes }).spans, String(at)).toMatchObject([
        { start: at, end: bytes.length, type: 'PASSWORD' },
      ]);
    }
  });

  it('of one kind one after the other', () => {
    const values = Array.from({ length: 40 }, (_, i) => base64(`DB_PASSWORD=q8Zr2mVx7${i}`));
    for (const separator of [' ', '\n', ': ', '\\n', '","']) {
      const bytes = Buffer.from(values.join(separator));
      expect(scanner.scan({ bytes }).spans).toHaveLength(values.length);
    }
  });
});

describe('an operator’s own type', () => {
  const own = compileScanner({
    patterns: [
      { type: 'ACME_TOKEN', regex: '\\bacme_[a-z0-9]{16}\\b', keywords: ['acme_'] },
      { type: 'TICKET', regex: '\\bT[0-9]{12}X\\b', keywords: [] },
    ],
    allow: [],
    disable: [],
  });

  it.each(Object.entries(ENCODINGS))('is found in %s', (_, encode) => {
    for (const [value, type] of [
      ['acme_0123456789abcdef', 'ACME_TOKEN'],
      ['T012345678901X', 'TICKET'],
    ]) {
      const bytes = Buffer.from(`a: ${encode(Buffer.from(`value ${value} and more`))}\n`);
      expect(own.scan({ bytes }).spans).toMatchObject([{ start: 3, end: bytes.length - 1, type }]);
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
    ['an ordinary sentence', Buffer.from('token and password are words like any other')],
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
