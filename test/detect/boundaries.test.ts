import { describe, expect, it } from 'vitest';
import { mayBegin } from '../../lib/detect/boundary.ts';
import { PATTERNS, type Pattern } from '../../lib/detect/patterns.ts';
import { compileScanner } from '../../lib/detect/scanner.ts';
import { randomFrom } from './random.ts';

const scanner = compileScanner({ patterns: [], allow: [], disable: [] });

/** What stands before and after a token; the token stands where two parts meet. */
const CONTEXTS: Readonly<Record<string, readonly [string, string]>> = {
  alone: ['', ''],
  'inside words': ['the key is ', ' and so on'],
  'double quotes': ['k = "', '"'],
  'single quotes': ["k = '", "'"],
  assignment: ['API_KEY=', '\n'],
  'literal newline': ['first\\n', '\\nlast'],
  'literal newline at depth 2': ['first\\\\n', '\\\\nlast'],
  'literal tab': ['first\\t', '\\tlast'],
  'escaped quote': ['{\\"k\\":\\"', '\\"}'],
  'unicode escape': ['\\u001b', '\\u001b'],
  'hex escape': ['\\x1b', '\\x1b'],
  'CJK neighbours': ['密钥', '密钥'],
  'accented neighbours': ['é', 'é'],
  'ANSI colours': ['\u001b[32m', '\u001b[0m'],
  'escaped ANSI colours': ['\\u001b[1;32m', '\\u001b[0m'],
  'percent-encoding': ['k%3D', '%26'],
  'cat -n': ['     1\t', '\n     2\t'],
  'arrow line numbers': ['     1→', '\n'],
  'added line': ['\n+', '\n'],
  YAML: ['key:\n    ', '\n'],
  CRLF: ['a\r\n', '\r\nb'],
  grep: ['config.env:12:', '\n'],
  'backup suffix': ['\n', '_old'],
  'hyphen behind it': ['\n', '-old'],
};

const tokens = PATTERNS.filter(({ type }) => type !== 'PEM_BLOCK');

function label(pattern: Pattern): string {
  return `${pattern.type}: ${pattern.what}`;
}

describe.each(tokens.map((pattern) => [label(pattern), pattern] as const))(
  '%s',
  (name, pattern) => {
    const random = randomFrom(name.length * 7919 + name.charCodeAt(3));

    it.each(Object.entries(CONTEXTS))('is found: %s', (_, [before, after]) => {
      for (let round = 0; round < 5; round++) {
        const example = pattern.example(random);
        const bytes = Buffer.from(`${before}${example}${after}`);
        const start = Buffer.byteLength(before);
        const { spans } = scanner.scan({ bytes });
        const span = spans.find(({ type }) => type === pattern.type);
        expect(span, 'found').toBeDefined();
        const context = pattern.before ?? pattern.after ?? pattern.names ?? pattern.places;
        if (span === undefined || context !== undefined) continue;
        expect(span.start).toBe(start);
        expect(span.end).toBeGreaterThanOrEqual(start + example.length);
        expect(span.depth).toBe(0);
      }
    });
  },
);

describe.each(tokens.map((pattern) => [label(pattern), pattern] as const))(
  '%s: near misses',
  (name, pattern) => {
    const random = randomFrom(name.length * 31 + name.charCodeAt(0));
    const types = (text: string): string[] =>
      scanner.scan({ bytes: Buffer.from(text) }).spans.map(({ type }) => type);

    it.each<[string, (example: string) => string]>([
      ['a few characters of it', (example) => `x ${example.slice(0, 7)} y`],
      ['its letters turned around', (example) => `x ${[...example].reverse().join('')} y`],
      ['spaces in it', (example) => `x ${(example.match(/.{1,3}/g) ?? []).join(' ')} y`],
    ])('%s', (_, damage) => {
      for (let round = 0; round < 5; round++) {
        expect(types(damage(pattern.example(random)))).not.toContain(pattern.type);
      }
    });
  },
);

describe('near misses', () => {
  it.each([
    ['a kebab slug', 'task-admin-dashboard-with-a-very-long-name-for-a-branch-and-more'],
    ['a weak prefix inside a word', `x${'AKIA'}${'Z'.repeat(16)}`],
    ['an access key id that goes on', `${'AKIA'}${'Z'.repeat(17)}`],
    ['too few characters', `${'AKIA'}${'Z'.repeat(15)} `],
    ['a Go method', 's.checkCoreDLPCombinations('],
    ['a bare PEM header', "'-----BEGIN PRIVATE KEY-----';\nconst start = indexOf(marker);"],
    ['a URL with a port', 'https://example.com:8080/path@1'],
    ['a JWT with two parts', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx '],
    ['a short strong prefix', `${'ghp_'}abc ...`],
  ])('%s is left alone', (_, text) => {
    expect(scanner.scan({ bytes: Buffer.from(text) }).spans).toEqual([]);
  });
});

describe('cut-off tokens', () => {
  const head = `${'ghp_'}${'a1B2'.repeat(5)}`;
  it.each(['…', '...', '[truncated]', '<truncated>', '\n[truncated 3 lines]', '\\n... '])(
    'count before %j',
    (mark) => {
      const [span] = scanner.scan({ bytes: Buffer.from(`x ${head}${mark} y`) }).spans;
      expect(span).toMatchObject({ start: 2, end: 2 + head.length, type: 'GITHUB_TOKEN' });
    },
  );

  it('count at the end of the text', () => {
    expect(scanner.scan({ bytes: Buffer.from(head) }).spans).toHaveLength(1);
    expect(scanner.scan({ bytes: Buffer.from(`${head} `) }).spans).toHaveLength(0);
  });

  it.each([
    [1, `{"a":"${head}","b":""}`],
    [2, `{"a":"{\\"b\\":\\"${head}\\"}"}`],
  ])('count at the end of the enclosing string at depth %i', (depth, json) => {
    expect(scanner.scan({ bytes: Buffer.from(json), depthAt: () => depth }).spans).toHaveLength(1);
    expect(scanner.scan({ bytes: Buffer.from(json) }).spans).toHaveLength(0);
  });

  it('do not count under a weak prefix', () => {
    expect(scanner.scan({ bytes: Buffer.from(`${'eyJ'}${'a'.repeat(40)}...`) }).spans).toEqual([]);
  });
});

/** Of the bytes that decide whether something ends in front of a token. */
const TELLING = [...'\\ux%0fFzZ9[;:?_.- \n'];
const TOKENS = { word: `AKIA${'QRSTUVWX'.repeat(2)}`, name: `key-${'0123456789abcdef'.repeat(2)}` };

describe.each(['word', 'name'] as const)('a token that may not begin within a %s', (left) => {
  it.each(['', '\\u', '\\', '%', '[1'])('begins where the rules say, behind “%s”', (lead) => {
    const wrong: string[] = [];
    for (const a of TELLING)
      for (const b of TELLING)
        for (const c of TELLING) {
          const before = `${lead}${a}${b}${c}`;
          const bytes = Buffer.from(`${before}${TOKENS[left]} `);
          const isFound = scanner
            .scan({ bytes })
            .spans.some(({ start }) => start === before.length);
          if (isFound !== mayBegin(bytes, before.length, left)) wrong.push(before);
        }
    expect(wrong).toEqual([]);
  });
});
