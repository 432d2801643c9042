import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUILT_IN_TYPES, PATTERNS } from '../../lib/detect/patterns.ts';
import { compileScanner } from '../../lib/detect/scanner.ts';
import type { ScanOutput } from '../../lib/detect/types.ts';
import { WaterwallError } from '../../lib/errors.ts';
import { randomFrom } from './random.ts';

const NONE = { patterns: [], allow: [], disable: [] };
const scanner = compileScanner(NONE);
const scan = (text: string): ScanOutput => scanner.scan({ bytes: Buffer.from(text) });
const exampleOf = (type: string, seed = 1): string =>
  PATTERNS.find((pattern) => pattern.type === type)?.example(randomFrom(seed)) ?? '';

function refusal(run: () => unknown): WaterwallError {
  try {
    run();
  } catch (error) {
    if (error instanceof WaterwallError) return error;
  }
  throw new Error('not refused');
}

describe('the built-in set', () => {
  it('names the types of the earlier system', () => {
    expect(BUILT_IN_TYPES.length).toBeGreaterThanOrEqual(31);
    expect(BUILT_IN_TYPES).toEqual(
      expect.arrayContaining(['PEM_BLOCK', 'VAULT_TOKEN', 'JWT_TOKEN']),
    );
    expect(BUILT_IN_TYPES.every((type) => /^[A-Z0-9_]{1,32}$/.test(type))).toBe(true);
    expect(scanner.types).toEqual(BUILT_IN_TYPES);
  });
});

describe('spans', () => {
  it('are sorted and disjoint, and found wherever chunks and buffers end', () => {
    const types = BUILT_IN_TYPES.filter((type) => type !== 'PEM_BLOCK');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...types), fc.nat(90_000), fc.nat())),
        (parts) => {
          let text = '';
          for (const [type, gap, seed] of parts)
            text += `${'a '.repeat(gap)}"${exampleOf(type, seed)}" `;
          const { spans } = scan(text);
          expect(spans.length).toBeGreaterThanOrEqual(parts.length);
          spans.forEach((span, i) => {
            expect(span.end).toBeGreaterThan(span.start);
            if (i > 0) expect(span.start).toBeGreaterThanOrEqual(spans[i - 1]?.end ?? 0);
          });
        },
      ),
      { numRuns: 15 },
    );
  });

  it('are found at every offset around the end of a chunk', () => {
    const token = exampleOf('ANTHROPIC_KEY');
    for (let gap = 262_080 - 120; gap < 262_090; gap++) {
      const { spans } = scan(`${' '.repeat(gap)}${token} `);
      expect(spans).toEqual([
        { start: gap, end: gap + token.length, type: 'ANTHROPIC_KEY', depth: 0 },
      ]);
    }
  });

  it('are beside what is told of percent signs and Escapes, wherever these stand', () => {
    const bytes = Buffer.alloc(262_080 + 100, 'a');
    const told = (at: number, byte: number): readonly boolean[] => {
      bytes[at] = byte;
      const found = scanner.scan({ bytes });
      bytes[at] = 0x61;
      return [found.percent, found.escape];
    };
    for (const at of [0, 1, 15, 16, 31, 32, 8159, 8160, 262_079, 262_080, bytes.length - 1]) {
      expect(told(at, 0x25)).toEqual([true, false]);
      expect(told(at, 0x1b)).toEqual([false, true]);
    }
    for (let byte = 0; byte < 256; byte++) {
      expect(told(40, byte)).toEqual([byte === 0x25, byte === 0x1b]);
    }
  });

  it('lose nothing when the kernel reports more than its buffer holds', () => {
    const token = `${'ghp_'}${'a'.repeat(36)}`;
    const { spans } = scan(`${token} `.repeat(20_000));
    expect(spans).toHaveLength(20_000);
  });

  it('are united where they overlap, with the type of the longest', () => {
    const installation = `${'ghs_'}123456_${exampleOf('JWT_TOKEN')}`;
    const { spans } = scan(`t=${installation} `);
    expect(spans).toEqual([
      { start: 2, end: 2 + installation.length, type: 'GITHUB_TOKEN', depth: 0 },
    ]);
  });
});

describe('marks', () => {
  it.each([
    ['<pl:A', 0],
    ['<pl-esc', 0],
    ['\\<pl:A', 0],
    ['\\u003cpl:', 0],
    ['\\\\u003Cpl:', 0],
    ['%3Cpl', 0],
    ['%3cpl', 0],
    // The name of an entity varies: its end is what is looked for.
    ['&lt;pl:', 3],
    ['&LT;pl-', 3],
    ['&#60;pl:', 4],
    ['&#x3c;pl:', 5],
    ['\\u0026lt;pl:', 8],
  ])('stand within the opening bracket of %j', (opener, within) => {
    expect(scan(`xy ${opener}`).marks).toEqual([{ offset: 3 + within, kind: 'placeholder' }]);
  });

  it('stand at file data', () => {
    const text = '"type":"base64","x":"data:image/png;base64,AA"';
    expect(scan(text).marks.map(({ offset }) => text.slice(offset, offset + 8))).toEqual([
      '"base64"',
      ';base64,',
    ]);
  });

  it.each(['<plain', 'u003cpl', '<pl', 'base64'])('do not stand at %j', (text) => {
    expect(scan(`xy ${text} `).marks).toEqual([]);
  });
});

describe('a flood of prefixes', () => {
  it('hides no token among them', () => {
    const parts = ['eyJ', 'eyJ-', 'eyJ'.padEnd(16, 'a'), 'b'.repeat(12), '.c', '.', '-', ' ', '"'];
    const token = /(?<!\w)eyJ[\w-]{10,}\.[\w-]+\.[\w-]+/g;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 40 }), (some) => {
        const text = some.join('');
        const { spans } = scan(text);
        for (const { index, 0: found } of text.matchAll(token)) {
          const end = index + found.length;
          expect(spans.some((span) => span.start <= index && span.end >= end)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('hazard', () => {
  it.each(['\\u0061', 'a\\u005F', '\\/', 'a\\/b', 'ab\\/c', '\\\\\\u0061', '\\\\\\/', '\\u0022'])(
    '%j hides a token character',
    (text) => {
      expect(scan(text).hazard).toBe(true);
      expect(scan(`some text before ${text}`).hazard).toBe(true);
    },
  );

  it.each([
    '\\u003c',
    '\\u003e',
    '\\u0026',
    '\\u0027',
    '\\u001b',
    '\\u00e9',
    '\\\\u0061',
    '\\\\/',
    'a/b',
    '\\n',
  ])('%j does not', (text) => {
    expect(scan(text).hazard).toBe(false);
    expect(scan(`some text before ${text}`).hazard).toBe(false);
  });

  it('is seen behind any number of escapes that hide nothing or only below, in each text anew', () => {
    const below = '\\\\u0041 \\u00e9 '.repeat(100);
    for (let round = 0; round < 2; round++) {
      expect(scan(below)).toMatchObject({ hazard: false, escapesByCode: true });
      expect(scan(below).belowAt.length).toBeGreaterThan(0);
      expect(scan(`${below}\\u0041`).hazard).toBe(true);
      expect(scan('\\u0041').hazard).toBe(true);
    }
  });
});

describe('the operator', () => {
  const acme = { type: 'ACME_TOKEN', regex: '\\bacme_[a-z0-9]{32}\\b', keywords: ['acme_'] };
  const token = `acme_${'a1'.repeat(16)}`;
  const find = (text: string, patterns = [acme]): readonly string[] =>
    compileScanner({ ...NONE, patterns })
      .scan({ bytes: Buffer.from(text) })
      .spans.map(({ start, end }) => Buffer.from(text).subarray(start, end).toString());

  it.each([
    `${token}`,
    `x="${token}"`,
    `a\\n${token}\\n`,
    `密${token}密`,
    `${token}_old`,
    `\u001b[1m${token}`,
  ])('adds patterns that see %j', (text) => {
    expect(find(text)).toEqual([token]);
    expect(find(text, [{ ...acme, keywords: [] }])).toEqual([token]);
  });

  it('has its word boundaries kept', () => {
    expect(find(`x${token}`)).toEqual([]);
    expect(find(`${token}0`)).toEqual([]);
  });

  it('has its types listed, also under a built-in name', () => {
    const own = compileScanner({ ...NONE, patterns: [acme, { ...acme, type: 'GROQ_KEY' }] });
    expect(own.types).toContain('ACME_TOKEN');
    expect(own.types.filter((type) => type === 'GROQ_KEY')).toHaveLength(1);
  });

  it.each([
    ['(a+)+\\1', 'backreferences'],
    ['(?=a)b', 'lookahead'],
    ['(?<!a)b', 'lookbehind'],
    ['a*', 'empty'],
    ['^a', '\\b'],
    ['(a{900}){900}', 'too large'],
    ['(a', '( has no )'],
  ])('is told why %s is refused', (regex, reason) => {
    const error = refusal(() => compileScanner({ ...NONE, patterns: [{ ...acme, regex }] }));
    expect(error.code).toBe('config-invalid');
    expect(error.message).toContain('ACME_TOKEN');
    expect(error.message).toContain(reason);
  });

  it('makes a document be scanned decoded where its pattern matches what JSON escapes', () => {
    const quoted = { type: 'QUOTED', regex: 'password: "[^"]+"', keywords: ['password'] };
    const own = compileScanner({ ...NONE, patterns: [quoted] });
    const bytes = Buffer.from('{"a":"password: \\"hunter2\\""}');
    expect(own.scan({ bytes, depthAt: () => 1 }).hazard).toBe(true);
    expect(own.scan({ bytes: Buffer.from('{"a":1}'), depthAt: () => 1 }).hazard).toBe(false);
  });

  it('allows values', () => {
    const key = exampleOf('AWS_ACCESS_KEY');
    const bytes = Buffer.from(`${key} ${key.slice(0, -1)}Q `);
    const count = (allow: string[]): number =>
      compileScanner({ ...NONE, allow }).scan({ bytes }).spans.length;
    expect(count([])).toBe(2);
    expect(count([key])).toBe(1);
    expect(count(['/A[A-Z0-9]{3,}Q/'])).toBe(1);
    expect(count(['/A[A-Z0-9]{3}/'])).toBe(2);
  });

  it('switches types off by name', () => {
    const bytes = Buffer.from(exampleOf('GROQ_KEY'));
    const own = compileScanner({ ...NONE, disable: ['GROQ_KEY'] });
    expect(own.types).not.toContain('GROQ_KEY');
    expect(own.scan({ bytes }).spans).toEqual([]);
    const error = refusal(() => compileScanner({ ...NONE, disable: ['GROK_KEY'] }));
    expect(error.fix).toContain('GROQ_KEY');
  });
});
