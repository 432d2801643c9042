import { createRequire } from 'node:module';
import { expect, onTestFinished, test } from 'vitest';
import { loadBlessed, withoutTmux } from '../../../tui/screen/blessed.ts';

const load = createRequire(import.meta.url);

test('a capability that is compiled when it is called says what it always said', () => {
  loadBlessed();
  loadBlessed();
  const Tput = load('blessed/lib/tput') as (
    options: object,
  ) => Record<string, (...args: number[]) => string>;
  const tput = Tput({ terminal: 'xterm-256color', extended: true, padding: true });
  const said = (name: string, ...args: number[]) => tput[name]?.(...args);
  expect(said('cup', 3, 4)).toBe('\x1b[4;5H');
  expect(said('cup', 9, 0)).toBe('\x1b[10;1H');
  expect(said('smcup')).toBe('\x1b[?1049h');
  expect(said('setaf', 46)).toBe('\x1b[38;5;46m');
  expect(said('rmcup')).toBe('\x1b[?1049l');
});

test('only what is used is loaded', () => {
  loadBlessed();
  const loaded = Object.keys(load.cache).filter((path) => path.includes('blessed/lib/widgets/'));
  expect(loaded.some((path) => path.endsWith('screen.js'))).toBe(true);
  expect(loaded.filter((path) => /terminal|video|form|ansiimage/.test(path))).toEqual([]);
});

test('tmux is out of sight only while something is made', () => {
  const { TMUX } = process.env;
  onTestFinished(() => {
    if (TMUX === undefined) delete process.env['TMUX'];
    else process.env['TMUX'] = TMUX;
  });
  process.env['TMUX'] = '/tmp/tmux-1/default,1,0';
  expect(withoutTmux(() => process.env['TMUX'])).toBeUndefined();
  expect(process.env['TMUX']).toBe('/tmp/tmux-1/default,1,0');
  expect(() =>
    withoutTmux(() => {
      throw new Error('no screen');
    }),
  ).toThrow('no screen');
  expect(process.env['TMUX']).toBe('/tmp/tmux-1/default,1,0');
  delete process.env['TMUX'];
  withoutTmux(() => {});
  expect('TMUX' in process.env).toBe(false);
});
