import { EventEmitter } from 'node:events';
import { url as debuggerUrl } from 'node:inspector';
import { expect, it, vi } from 'vitest';
import { catchSigusr1 } from '../../lib/control/sigusr1.ts';

it('hands over signals that came before there was a kill switch, and all later ones', () => {
  const emitter = new EventEmitter();
  const catcher = catchSigusr1(emitter);
  emitter.emit('SIGUSR1');
  emitter.emit('SIGUSR1');
  const listener = vi.fn();
  catcher.attach(listener);
  expect(listener).toHaveBeenCalledTimes(2);
  emitter.emit('SIGUSR1');
  expect(listener).toHaveBeenCalledTimes(3);
  catcher.close();
  expect(emitter.listenerCount('SIGUSR1')).toBe(0);
});

it('keeps Node from opening its debugger', async () => {
  const catcher = catchSigusr1(process);
  const seen = new Promise<void>((resolve) => catcher.attach(resolve));
  process.kill(process.pid, 'SIGUSR1');
  await seen;
  catcher.close();
  expect(debuggerUrl()).toBeUndefined();
});
