import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clip, fit, sanitise, sanitiseDeep, textWidth, wrap } from '../../../tui/text/cells.ts';
import { clipLine, lineWidth, padLine, row, span, spread } from '../../../tui/text/line.ts';

const outside = fc.string({ unit: 'binary', maxLength: 60 });
const width = fc.integer({ min: 0, max: 80 });

describe('text from outside', () => {
  test('moves no cursor, paints nothing, turns no direction', () => {
    const text = sanitise(
      'a\u001b[2J\u009b31mb\r\n\u202e\u2066\u200b\ufeffc\u{1f600}e\u0301\ue000',
    );
    expect(text).toBe(
      'a\u00b7[2J\u00b731mb\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7c\u00b7\u00e9\u00b7',
    );
  });

  test('keeps what people write', () => {
    expect(sanitise('Schlüssel 漏洩 «ключ»')).toBe('Schlüssel 漏洩 «ключ»');
  });

  test('is made fit wherever it stands in an answer', () => {
    expect(sanitiseDeep({ 'a\u0007': ['b\u0000', 1, null, { c: 'd\u001b' }] })).toEqual({
      'a\u00b7': ['b\u00b7', 1, null, { c: 'd\u00b7' }],
    });
  });

  test('is one line of known width', () => {
    fc.assert(
      fc.property(outside, (text) => {
        const clean = sanitise(text);
        expect(clean).not.toMatch(/[\p{Cc}\p{Cf}\p{M}]/u);
        expect(sanitise(clean)).toBe(clean);
      }),
    );
  });
});

describe('width', () => {
  test('counts two cells for a wide character', () => {
    expect([textWidth('abc'), textWidth('漏洩'), textWidth('→●')]).toEqual([3, 4, 2]);
  });

  test('is never exceeded by what is cut, filled, wrapped or laid out', () => {
    fc.assert(
      fc.property(outside, outside, width, (raw, other, room) => {
        const text = sanitise(raw);
        expect(textWidth(clip(text, room))).toBeLessThanOrEqual(room);
        expect(textWidth(fit(text, room))).toBe(room);
        for (const line of wrap(text, Math.max(2, room))) {
          expect(textWidth(line)).toBeLessThanOrEqual(Math.max(2, room));
        }
        const line = [span('ok', text), span('dim', sanitise(other))];
        expect(lineWidth(clipLine(line, room))).toBeLessThanOrEqual(room);
        expect(lineWidth(padLine(line, room))).toBe(room);
        expect(lineWidth(spread(line, [span('ok', 'right')], room))).toBeLessThanOrEqual(room);
        const cells = [
          { width: room, role: 'ok', text },
          { width: 3, role: 'ok', text: sanitise(other), align: 'right' },
        ] as const;
        expect(lineWidth(row(cells))).toBe(room + 4);
      }),
    );
  });

  test('loses no word when it is wrapped', () => {
    const text = 'a clear sentence with averyveryverylongword in it';
    expect(wrap(text, 10).join(' ').replaceAll(/\s/g, '')).toBe(text.replaceAll(' ', ''));
  });
});
