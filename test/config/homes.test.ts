import { describe, expect, it } from 'vitest';
import { filesOf } from '../../lib/config/files.ts';
import { resolveHomes } from '../../lib/config/homes.ts';

const USER = { uid: 1000, etcReadable: false };
const SYSTEMD = {
  CONFIGURATION_DIRECTORY: '/etc/ww',
  LOGS_DIRECTORY: '/var/log/ww:/var/log/other',
  RUNTIME_DIRECTORY: '/run/ww',
};

describe('resolveHomes', () => {
  it('takes WATERWALL_HOME before everything else', () => {
    expect(
      resolveHomes({ ...SYSTEMD, WATERWALL_HOME: '/w' }, { uid: 0, etcReadable: true }),
    ).toEqual({ config: '/w/etc', log: '/w/log', run: '/w/run', chosenBy: 'WATERWALL_HOME' });
    const relative = resolveHomes({ WATERWALL_HOME: 'w' }, USER);
    expect(relative.config).toBe(`${process.cwd()}/w/etc`);
  });

  it('takes the folders of systemd where all three are given', () => {
    const expected = { config: '/etc/ww', log: '/var/log/ww', run: '/run/ww', chosenBy: 'systemd' };
    expect(resolveHomes(SYSTEMD, USER)).toEqual(expected);
    const { RUNTIME_DIRECTORY: _, ...two } = SYSTEMD;
    expect(resolveHomes({ ...two, HOME: '/h' }, USER).chosenBy).toBe('user');
  });

  it.each([
    ['root', { uid: 0, etcReadable: false }],
    ['everyone where /etc/waterwall can be read', { uid: 1000, etcReadable: true }],
  ])('takes the system paths for %s', (_, facts) => {
    expect(resolveHomes({ HOME: '/h', XDG_CONFIG_HOME: '/x' }, facts)).toEqual({
      config: '/etc/waterwall',
      log: '/var/log/waterwall',
      run: '/run/waterwall',
      chosenBy: 'system',
    });
  });

  it('takes the XDG folders of a user, and their defaults', () => {
    const xdg = { XDG_CONFIG_HOME: '/c', XDG_STATE_HOME: '/s', XDG_RUNTIME_DIR: '/r' };
    expect(resolveHomes({ HOME: '/h', ...xdg }, USER)).toEqual({
      config: '/c/waterwall',
      log: '/s/waterwall',
      run: '/r/waterwall',
      chosenBy: 'user',
    });
    expect(resolveHomes({ HOME: '/h', WATERWALL_HOME: '' }, USER)).toEqual({
      config: '/h/.config/waterwall',
      log: '/h/.local/state/waterwall',
      run: '/h/.local/state/waterwall/run',
      chosenBy: 'user',
    });
  });

  it('ignores relative XDG folders, as their specification says', () => {
    expect(resolveHomes({ HOME: '/h', XDG_CONFIG_HOME: 'c' }, USER).config).toBe(
      '/h/.config/waterwall',
    );
  });

  it('names every file inside its home', () => {
    const homes = resolveHomes({ WATERWALL_HOME: '/w' }, USER);
    const files = filesOf(homes);
    expect(files.caKey).toBe('/w/etc/ca.key');
    expect(files.sentinel).toBe('/w/run/kill');
    expect(files.chain).toBe('/w/log/chain');
  });
});
