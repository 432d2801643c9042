import { existsSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Homes } from '../../lib/config/types.ts';
import { operateKillSwitch } from '../../lib/ops/operate-killswitch.ts';
import { makeHome, type TestHome } from '../control/home.ts';

const homesOf = (home: TestHome): Homes => ({ ...home, chosenBy: 'WATERWALL_HOME' });

/** A daemon that runs and cannot do what it is asked. */
async function failingDaemon(): Promise<TestHome> {
  const home = makeHome();
  const error = {
    code: 'io-error',
    message: 'killswitch.json cannot be written',
    fix: 'make room',
  };
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(500, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error }));
  });
  await new Promise<void>((resolve) => server.listen(home.socket, resolve));
  onTestFinished(() => void server.close());
  return home;
}

describe('a daemon that answers that it could not', () => {
  test.each(['disarm', 'status'] as const)(
    '%s fails: its files do not say how it is',
    async (action) => {
      const home = await failingDaemon();
      await expect(operateKillSwitch(homesOf(home), action, undefined)).rejects.toMatchObject({
        code: 'io-error',
        message: 'killswitch.json cannot be written',
      });
    },
  );

  test('arm raises the sentinel: stopping is worth a second way', async () => {
    const home = await failingDaemon();
    const { sources } = await operateKillSwitch(homesOf(home), 'arm', 'now');
    expect(sources.map(({ source }) => source)).toEqual(['sentinel']);
    expect(existsSync(home.sentinel)).toBe(true);
  });
});

describe('with nobody there', () => {
  test.runIf(existsSync('/dev/full'))(
    'a full disk takes the sentinel without its reason',
    async () => {
      const home = makeHome();
      symlinkSync('/dev/full', join(home.run, 'kill'));
      const { running, sources } = await operateKillSwitch(homesOf(home), 'arm', 'now');
      expect(running).toBe(false);
      expect(sources.map(({ source }) => source)).toEqual(['sentinel']);
    },
  );
});
