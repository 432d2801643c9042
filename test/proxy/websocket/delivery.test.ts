import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createDelivery } from '../../../lib/proxy/websocket/delivery.ts';

function setUp() {
  const sent: string[] = [];
  const holds: string[] = [];
  const faults: unknown[] = [];
  const valve = {
    hold: (why: string) => void holds.push(`hold ${why}`),
    release: () => {},
    open: () => {},
  };
  const delivery = createDelivery(
    (message) => void sent.push(Buffer.from(message).toString()),
    valve,
    (error) => void faults.push(error),
  );
  return { sent, holds, faults, delivery };
}

/** A line that is written when the test says so. */
function line() {
  let written: () => void = () => {};
  let failed: (error: Error) => void = () => {};
  const recorded = new Promise<void>((resolve, reject) => {
    written = resolve;
    failed = reject;
  });
  return { recorded, written: () => written(), failed: (error: Error) => failed(error) };
}

const message = (text: string): Uint8Array[] => [Buffer.from(text)];

test('what needs no line leaves at once', () => {
  const { sent, delivery } = setUp();
  delivery.add(message('a'));
  expect(sent).toEqual(['a']);
});

test('nothing overtakes what waits for its line, whichever line is written first', async () => {
  const { sent, delivery } = setUp();
  const [first, second] = [line(), line()];
  const order: string[] = [];
  delivery.add(message('1'), first.recorded, () => void order.push(`then after ${sent.length}`));
  delivery.add(message('2'));
  delivery.add(message('3'), second.recorded);
  delivery.add(message('4'), undefined, () => void order.push(`then after ${sent.length}`));
  second.written();
  await setImmediate();
  expect(sent).toEqual([]);
  first.written();
  await setImmediate();
  expect(sent).toEqual(['1', '2', '3', '4']);
  expect(order).toEqual(['then after 1', 'then after 4']);
});

test('a line that fails delivers nothing of what waits, and is told', async () => {
  const { sent, faults, delivery } = setUp();
  const failing = line();
  delivery.add(message('1'), failing.recorded);
  delivery.add(message('2'));
  const error = new Error('disk');
  failing.failed(error);
  await setImmediate();
  expect([sent, faults]).toEqual([[], [error]]);
});

test('after its stop nothing leaves, and no failure goes unheard', async () => {
  const { sent, faults, delivery } = setUp();
  const [before, after] = [line(), line()];
  delivery.add(message('1'), before.recorded);
  delivery.stop();
  delivery.add(message('2'));
  delivery.add(message('3'), after.recorded);
  before.written();
  after.failed(new Error('disk'));
  await setImmediate();
  expect([sent, faults]).toEqual([[], []]);
});

test('what waits holds the other side back from a mebibyte on', () => {
  const { holds, delivery } = setUp();
  const { recorded } = line();
  delivery.add([Buffer.alloc(1024 * 1024)], recorded);
  expect(holds).toEqual([]);
  delivery.add(message('more'));
  expect(holds).toEqual(['hold queue']);
});
