import { expect, it } from 'vitest';
import { createHeartbeat } from '../../lib/control/heartbeat.ts';

const MINUTE = 60_000;

it('writes a line after five idle minutes, and again after five more', () => {
  let length = 7;
  const written: number[] = [];
  const tick = createHeartbeat(
    () => length,
    (idle) => {
      written.push(idle);
      length++;
    },
  );
  for (let minute = 0; minute <= 4; minute++) tick(minute * MINUTE);
  expect(written).toEqual([]);
  tick(5 * MINUTE);
  expect(written).toEqual([5 * MINUTE]);
  for (let minute = 6; minute <= 10; minute++) tick(minute * MINUTE);
  expect(written).toHaveLength(1);
  for (let minute = 11; minute <= 12; minute++) tick(minute * MINUTE);
  expect(written).toHaveLength(2);
});

it('writes none while others are written', () => {
  let length = 0;
  const tick = createHeartbeat(
    () => length,
    () => {
      throw new Error('not idle');
    },
  );
  for (let minute = 0; minute < 60; minute++) {
    if (minute % 4 === 0) length++;
    tick(minute * MINUTE);
  }
});

it('does not wait for a line that cannot be written', () => {
  let tries = 0;
  const tick = createHeartbeat(
    () => 3,
    () => {
      tries++;
    },
  );
  for (let minute = 0; minute <= 20; minute++) tick(minute * MINUTE);
  expect(tries).toBe(4);
});
