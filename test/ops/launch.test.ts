import { describe, expect, test } from 'vitest';
import { launch } from '../../lib/ops/launch.ts';

const node = (script: string): readonly [string, ...string[]] => [process.execPath, '-e', script];

describe('launch', () => {
  test.each([0, 1, 7, 255])('gives the exit status %i', async (status) => {
    expect(await launch(node(`process.exit(${status})`), process.env, false)).toBe(status);
  });

  test('gives 128 and the number of the signal that ended it', async () => {
    const script = 'process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)';
    expect(await launch(node(script), process.env, false)).toBe(143);
  });

  test('says which program is missing', async () => {
    await expect(launch(['waterwall-no-such-program'], process.env, false)).rejects.toMatchObject({
      code: 'io-error',
      message: 'waterwall-no-such-program: no such program',
    });
  });

  test('leaves no handler behind', async () => {
    const before = process.listenerCount('SIGTERM');
    await launch(node(''), process.env, false);
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });
});
