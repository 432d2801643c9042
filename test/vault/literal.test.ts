import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyEdits } from '../../lib/json/edit.ts';
import { anthropicResponse } from '../../lib/providers/anthropic-response.ts';
import { createRestorer } from '../../lib/restore/restorer.ts';
import { escapeLiteralEdits } from '../../lib/vault/literal.ts';
import { LIMITS, resolving, restoreAll } from '../restore/running.ts';
import { KNOWN, OTHER, spellings } from './spellings.ts';

const knows = (fingerprint: string): boolean => fingerprint === KNOWN;
const resolve = resolving({ [KNOWN]: { type: 'DB_PASS', value: 'made up' } });

function out(text: string): string {
  const bytes = Buffer.from(text);
  const marks = [...bytes.toString('latin1').matchAll(/<|\\|&|%/g)].map((match) => match.index);
  return Buffer.from(applyEdits(bytes, escapeLiteralEdits(bytes, marks, knows))).toString();
}

function back(text: string, contentType: string): string {
  const restorer = createRestorer({
    contentType,
    grammar: anthropicResponse,
    resolve,
    limits: LIMITS,
  });
  return restoreAll(restorer, [Buffer.from(text)]).text;
}

const fragment = fc.oneof(
  fc.constantFrom(
    ...[KNOWN, OTHER].flatMap((h) =>
      [0, 1, 3].flatMap((escapes) => spellings('DB_PASS', h, escapes).map(({ text }) => text)),
    ),
  ),
  fc.constantFrom(
    '<',
    '\\',
    '\\\\\\',
    'u003c',
    'pl',
    '-esc',
    ':',
    '>',
    '&',
    '%',
    '_',
    ' ',
    'é',
    '\n',
  ),
);
const literals = fc.array(fragment, { maxLength: 12 }).map((parts) => parts.join(''));

describe('in(out(x)) = x', () => {
  test('for text', () => {
    fc.assert(
      fc.property(literals, (text) => {
        expect(back(out(text), 'text/plain')).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['as it is', (json: string) => json],
    ['with escaped brackets', (json: string) => goEscaped(json)],
  ])('for JSON that a provider reads and writes again %s', (_name, encode) => {
    fc.assert(
      fc.property(literals, fc.boolean(), (text, escaped) => {
        const request = JSON.stringify({ text });
        const seen = JSON.parse(out(escaped ? goEscaped(request) : request)) as { text: string };
        const answer = encode(JSON.stringify({ content: [{ type: 'text', text: seen.text }] }));
        const got = JSON.parse(back(answer, 'application/json')) as { content: [{ text: string }] };
        expect(got.content[0].text).toBe(text);
      }),
      { numRuns: 300 },
    );
  });
});

function goEscaped(json: string): string {
  return json.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026');
}

test('only literals with a known fingerprint change, once each', () => {
  for (const { text } of spellings('DB_PASS', KNOWN)) {
    expect(out(`a ${text}${text}`)).toBe(`a ${text}${text}`.replaceAll('pl', 'pl-esc'));
  }
  for (const { text } of spellings('DB_PASS', OTHER)) expect(out(text)).toBe(text);
});

describe('a mark anywhere in the opening bracket, or in the backslashes before it, will do', () => {
  test.each(spellings('A', KNOWN).map(({ text }) => text))('%s', (text) => {
    for (const before of ['', 'x', '\\', '\\'.repeat(40), `<pl:A:${KNOWN}>`]) {
      const bytes = Buffer.from(before + text);
      const name = bytes.lastIndexOf('pl');
      const first = before.startsWith('\\') ? 0 : before.length;
      for (let mark = first; mark < name; mark++) {
        const expected = [{ start: name + 2, end: name + 2 }];
        expect(escapeLiteralEdits(bytes, [mark], knows), `${mark}`).toMatchObject(expected);
      }
    }
  });

  test('several marks of one literal give one edit', () => {
    const bytes = Buffer.from(`x\\\\u003cpl:A:${KNOWN}\\\\u003e`);
    expect(escapeLiteralEdits(bytes, [1, 2, 3, 4], knows)).toHaveLength(1);
  });
});

describe('without room for one more escape', () => {
  const full = `<pl${'-esc'.repeat(10)}:A:`;
  test('a known literal is refused', () => {
    expect(() => out(`${full}${KNOWN}>`)).toThrow(
      expect.objectContaining({ code: 'placeholder-collision' }),
    );
  });
  test('a known literal that would become too long is refused', () => {
    const long = `%3cpl:${'%5F'.repeat(28)}:${KNOWN}%3e`;
    expect(out(long)).toContain('pl-esc:');
    expect(() => out(out(out(long)))).toThrow(
      expect.objectContaining({ code: 'placeholder-collision' }),
    );
  });
  test('an unknown one, or one that is none for us either, stays', () => {
    expect(out(`${full}${OTHER}>`)).toBe(`${full}${OTHER}>`);
    const none = `<pl${'-esc'.repeat(11)}:A:${KNOWN}>`;
    expect(out(none)).toBe(none);
    expect(back(none, 'text/plain')).toBe(none);
  });
});
