import { describe, expect, it } from 'vitest';
import {
  aws,
  awsPlaceholder,
  createContext,
  github,
  githubPlaceholder,
  placeholder,
  redact,
  remember,
} from './setup.ts';

const ESC = '\u001b';
/** As grep shows what it found. */
const shown = (text: string): string => `${ESC}[01;31m${ESC}[K${text}${ESC}[m${ESC}[K`;

/** A text in every kind of body, and how it is got out again. */
const BODIES: readonly (readonly [
  name: string,
  type: string,
  write: (text: string) => string,
  read: (body: string) => string,
])[] = [
  ['text', 'text/plain', String, String],
  ['JSON', 'application/json', (text) => JSON.stringify({ text }), (body) => JSON.parse(body).text],
  [
    'JSON in JSON',
    'application/json',
    (text) => JSON.stringify({ text: JSON.stringify({ text }) }),
    (body) => JSON.parse(JSON.parse(body).text).text,
  ],
  [
    'JSON whose letters are hidden',
    'application/json',
    (text) => `{"a":"\\u0061","text":${JSON.stringify(text)}}`,
    (body) => JSON.parse(body).text,
  ],
  [
    'lines of JSON',
    'application/x-ndjson',
    (text) => JSON.stringify([text]),
    (body) => JSON.parse(body)[0],
  ],
];

describe.each(BODIES)('colour codes in %s', (_name, type, write, read) => {
  const sent = (text: string, ctx = createContext()): string =>
    read(redact(write(text), type, ctx));

  it.each([
    ['around its prefix', (text: string) => shown(text.slice(0, 4)) + text.slice(4)],
    [
      'in its middle',
      (text: string) => text.slice(0, 9) + shown(text.slice(9, 14)) + text.slice(14),
    ],
    ['between all characters', (text: string) => [...text].join(`${ESC}[0m`)],
    ['of other kinds', (text: string) => `${text.slice(0, 6)}${ESC}(B${ESC}[?25h${text.slice(6)}`],
  ])('hide no secret: %s', (_, colour) => {
    for (const [secret, expected] of [
      [github, githubPlaceholder],
      [aws, awsPlaceholder],
    ] as const) {
      const text = `config.env:3: k ${colour(secret)} z`;
      expect(sent(text).replaceAll(/\p{Cc}\[[\d;]*[mK]/gu, '')).toBe(
        `config.env:3: k ${expected} z`,
      );
      expect(sent(text)).toContain(expected);
    }
  });

  it('hide no known value, and no name', () => {
    const ctx = createContext();
    const known = remember(ctx, 'PASSWORD', 'Correct-Horse-Battery');
    expect(sent(`a ${shown('Correct')}-Horse-Battery b`, ctx)).toContain(`${known} b`);
    const chosen = 'Kx7vQ2mW9rTz4LpY';
    expect(sent(`${shown('password')}="${chosen}"`)).toBe(
      `${shown('password')}="${placeholder('PASSWORD', chosen)}"`,
    );
  });

  it('part two secrets that stand side by side, as in a diff of words', () => {
    const text = `-${ESC}[31m${github}${ESC}[m${ESC}[32m${github.toLowerCase()}${ESC}[mx`;
    const other = placeholder('GITHUB_TOKEN', github.toLowerCase());
    expect(sent(text)).toBe(`-${ESC}[31m${githubPlaceholder}${ESC}[m${ESC}[32m${other}${ESC}[mx`);
  });

  it('that stand around words change nothing', () => {
    const text = `${ESC}[32mPASS${ESC}[39m src/${shown('token')}.test.ts \\${ESC}[0m\n${shown(github)}\n`;
    expect(sent(text)).toBe(text.replace(github, githubPlaceholder));
  });
});

it('codes that source code spells are seen through too', () => {
  for (const spelled of ['\\x1b', '\\033', '\\u001b']) {
    const text = `print("${github.slice(0, 7)}${spelled}[0m${github.slice(7)}")`;
    for (const type of ['text/plain', 'application/json']) {
      const body = type === 'text/plain' ? text : JSON.stringify({ text });
      expect(redact(body, type)).toContain(githubPlaceholder);
    }
  }
});

it('takes a time that grows with the length alone', () => {
  const time = (text: string): number => {
    const before = process.cpuUsage();
    redact(JSON.stringify({ text }));
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  for (const unit of [`a${ESC}[0m`, `${ESC}[`, `\\`, `\\${ESC}[0m`, `a${ESC}[${'1;'.repeat(8)}m`]) {
    const [short, long] = [16_384, 131_072].map((length) => {
      const text = unit.repeat(length / unit.length);
      return Math.min(time(text), time(text), time(text));
    }) as [number, number];
    expect(long, JSON.stringify(unit)).toBeLessThan(30 * short + 50_000);
  }
});
