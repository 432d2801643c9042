import { expect, test } from 'vitest';
import { scaleTop } from '../../../tui/screen/chart.ts';

test.each([
  [[], 5],
  [[0, 0], 5],
  [[0.3], 0.5],
  [[9.2, 3], 10],
  [[10.6], 25],
  [[47], 50],
  [[812], 1000],
] as const)('the scale over %j ends at %d', (values, top) => {
  expect(scaleTop([...values])).toBeCloseTo(top);
});
