import { describe, expect, test } from 'vitest';
import * as format from '../../../tui/text/format.ts';
import { area, course, filled, shadedArea, sparkline } from '../../../tui/text/spark.ts';
import { ASCII, UNICODE } from '../../../tui/theme/glyphs.ts';

describe('figures', () => {
  test.each([
    [format.count(84_281), '84 281'],
    [format.count(12_345_678), '12.3M'],
    [format.shortCount(9999), '9999'],
    [format.shortCount(12_345), '12k'],
    [format.rate(59.2), '59'],
    [format.rate(0.6), '0.6'],
    [format.milliseconds(0.312), '0.31'],
    [format.milliseconds(4.13), '4.1'],
    [format.milliseconds(812.4), '812'],
    [format.milliseconds(12_400), '12k'],
    [format.milliseconds(null), '–'],
    [format.span(11_538), '3h12m'],
    [format.span(65), '1m05s'],
    [format.span(-3), '0s'],
    [format.span(187_200), '2d04h'],
    [format.bytes(1_482_113), '1.4 MiB'],
    [format.shortHost('api.anthropic.com'), 'anthropic'],
    [format.shortHost('127.0.0.1'), '127.0.0.1'],
    [format.shortHost('localhost'), 'localhost'],
  ])('%s', (made, wanted) => {
    expect(made).toBe(wanted);
  });
});

describe('courses', () => {
  test('have the latest at the right, and lose no peak', () => {
    expect(sparkline([0, 1, 8], 5, UNICODE)).toBe('  ▁▂█');
    expect(sparkline([0, 0, 9, 0, 0, 0], 3, UNICODE)).toBe('▁█▁');
    expect(sparkline([null, 4], 2, UNICODE)).toBe(' █');
    expect(sparkline([1, 2], 2, ASCII)).toBe('=#');
    expect(sparkline([1], 0, UNICODE)).toBe('');
  });

  test('fill several lines', () => {
    expect(area([1, 2], 2, 2, UNICODE)).toEqual([' █', '██']);
    expect(area([0, 0], 2, 1, UNICODE)).toEqual(['  ']);
  });

  test('courses are the brighter the higher, and one colour where something is wrong', () => {
    expect(course([0, 1, 7, 7], 4, UNICODE)).toEqual([
      { role: 'track', text: '▁' },
      { role: 'low', text: '▂' },
      { role: 'high', text: '▇▇' },
    ]);
    expect(course([0, 7], 2, UNICODE, 'alarm')).toEqual([
      { role: 'track', text: '▁' },
      { role: 'alarm', text: '▇' },
    ]);
  });

  test('an area in which nothing happened is its ground', () => {
    expect(shadedArea([0, null], 3, 2, UNICODE).at(-1)).toEqual([{ role: 'track', text: '▁▁▁' }]);
    expect(shadedArea([1, 2], 2, 2, UNICODE).map(([piece]) => piece?.role)).toEqual([
      'high',
      'spark',
    ]);
  });

  test('a share that is not nothing shows', () => {
    expect([
      filled(0, 10),
      filled(0.001, 10),
      filled(0.5, 10),
      filled(2, 10),
      filled(Number.NaN, 10),
    ]).toEqual([0, 1, 5, 10, 0]);
  });
});
