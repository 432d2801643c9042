import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concerns, couldBegin, findForm, readForm, waitingTail } from '../../lib/vault/forms.ts';
import { KNOWN, spellings } from './spellings.ts';

const TYPE = 'DB_PASS';
const LONG = 'A'.repeat(32);

describe.each(spellings(TYPE, KNOWN, 2))('$form, $layers layers: $text', (sample) => {
  const bytes = Buffer.from(sample.text);

  test('is read whole', () => {
    const found = { form: sample.form, layers: sample.layers, type: TYPE, fingerprint: KNOWN };
    const place = { start: 0, end: bytes.length, escapes: 2 };
    expect(readForm(bytes, 0)).toMatchObject({ ...found, ...place });
  });

  test('is found between other text', () => {
    const text = Buffer.from(`<<pl &${sample.text}${sample.text} `);
    const first = findForm(text, 0);
    expect(first).toMatchObject({ start: 6, end: 6 + bytes.length });
    expect(findForm(text, 6 + bytes.length)).toMatchObject({ start: 6 + bytes.length });
  });

  test('each beginning of it waits, and nothing after it', () => {
    for (let length = 1; length < bytes.length; length++) {
      expect(couldBegin(bytes, 0, length), sample.text.slice(0, length)).toBe(true);
      expect(waitingTail(Buffer.from(`x <${sample.text.slice(0, length)}`), 0)).toBe(3);
    }
    expect(waitingTail(bytes, 0)).toBe(bytes.length);
  });

  test('a wrong byte anywhere ends the wait', () => {
    for (let at = 1; at < bytes.length; at++) {
      const wrong = Buffer.from(bytes.subarray(0, at + 1));
      wrong[at] = 0x20;
      expect(waitingTail(wrong, 0)).toBe(wrong.length);
    }
  });
});

test.each([
  `<pl:${TYPE}:${KNOWN.slice(1)}>`,
  `<pl:${TYPE}:${KNOWN}0>`,
  `<pl:${TYPE}:${KNOWN.replace('a', 'g')}>`,
  `<pl::${KNOWN}>`,
  `<pl:db_pass:${KNOWN}>`,
  `<pl:${LONG}A:${KNOWN}>`,
  `<PL:${TYPE}:${KNOWN}>`,
  `<pl-es:${TYPE}:${KNOWN}>`,
  `<pl${'-esc'.repeat(11)}:${TYPE}:${KNOWN}>`,
  `<pl:${TYPE}:${KNOWN}&gt;`,
  `&lt;pl:${TYPE}:${KNOWN}%3E`,
  `&lt;pl:${TYPE}:${KNOWN}\\>`,
  `&lt;pl%3A${TYPE}:${KNOWN}&gt;`,
  `&lt;pl:DB\\_PASS:${KNOWN}&gt;`,
  `%3cpl:${'%5F'.repeat(32)}:${'0'.repeat(16)}%3e`.replace('pl', `pl${'-esc'.repeat(3)}`),
])('%s is none', (text) => {
  expect(findForm(Buffer.from(text), 0)).toBeUndefined();
  expect(waitingTail(Buffer.from(text), 0)).toBe(text.length);
});

test('the plain spelling, read at once, is read as any other is', () => {
  const noise = fc.constantFrom(
    '<',
    '>',
    '<pl',
    '<pl:',
    'pl:',
    ':',
    'A',
    'a',
    '_',
    '0',
    KNOWN,
    TYPE,
  );
  const text = fc.oneof(
    fc.array(noise, { maxLength: 12 }).map((parts) => parts.join('')),
    fc
      .tuple(
        fc.stringMatching(/^[A-Z0-9_]{0,34}$/),
        fc.stringMatching(/^[0-9a-f]{15,17}$|^[0-9A-F]{16}$/),
      )
      .map(([type, fingerprint]) => `<pl:${type}:${fingerprint}>`),
  );
  fc.assert(
    fc.property(text, fc.string({ maxLength: 2 }), fc.nat(80), (sample, after, cut) => {
      const bytes = Buffer.from(sample + after);
      const end = Math.min(cut, bytes.length);
      // A backslash before it changes nothing of what is read after it, but how it is read.
      const behind = readForm(Buffer.concat([Buffer.from('\\'), bytes]), 0, end + 1);
      const alone = readForm(bytes, 0, end);
      if (typeof alone === 'number') {
        expect(behind).toBeTypeOf('number');
        return;
      }
      const { start, end: to, escapeAt } = alone;
      expect(behind).toEqual({ ...alone, start: start + 1, end: to + 1, escapeAt: escapeAt + 1 });
    }),
    { numRuns: 2000 },
  );
});

test('a backslash of the text is not part of it', () => {
  const plain = `<pl:${TYPE}:${KNOWN}>`;
  expect(findForm(Buffer.from(`C:\\${plain}`), 0)).toMatchObject({ form: 'plain', start: 3 });
  const escaped = `\\u003cpl:${TYPE}:${KNOWN}\\u003e`;
  expect(findForm(Buffer.from(`C:\\\\${escaped}`), 0)).toMatchObject({ layers: 1, start: 4 });
  expect(findForm(Buffer.from(`C:\\\\\\\\\\${escaped}`), 0)).toMatchObject({ layers: 2, start: 6 });
});

test('underscores escaped as Markdown does', () => {
  expect(readForm(Buffer.from(`\\<pl:DB\\_PASS:${KNOWN}>`), 0)).toMatchObject({
    form: 'backslash',
    type: TYPE,
    underscores: true,
    start: 0,
  });
});

test('a document concerns us by a placeholder or by the beginning of one at the end of a string', () => {
  const documents: [unknown, boolean][] = [
    ['a < b && c \\ d "e" <p>\n', false],
    ['a \\"', false],
    [`a <pl:${TYPE}:${KNOWN}> b`, true],
    ['a <', true],
    ['a \\', true],
    ['a <pl:DB', true],
    ['a &lt;pl-e', true],
    ['a %', true],
    [{ a: '<p', b: 'x' }, true],
  ];
  for (const [value, expected] of documents) {
    expect(concerns(Buffer.from(JSON.stringify(value))), JSON.stringify(value)).toBe(expected);
  }
});

test('what may still become a placeholder is short', () => {
  const piece = fc.constantFrom(
    ...['<', '\\', '\\\\', 'u003c', '&lt;', '%3C', 'pl', '-esc', ':', '%3A', 'A', '\\_', '%5F'],
    ...['A_B', KNOWN, '0', '>', '\\>', '"', ' '],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const bytes = Buffer.from(pieces.join(''));
      expect(bytes.length - waitingTail(bytes, 0)).toBeLessThanOrEqual(128);
    }),
  );
});

test('reading is linear in runs of backslashes', () => {
  const bytes = Buffer.from('\\'.repeat(1_000_000));
  expect(waitingTail(bytes, 0)).toBe(bytes.length - 16);
  expect(findForm(bytes, 0)).toBeUndefined();
});
