import { describe, expect, it } from 'vitest';
import { adminSockets, isPipe } from '../../lib/config/admin-address.ts';
import { filesOf } from '../../lib/config/files.ts';
import { resolveHomes, systemHome } from '../../lib/config/homes.ts';
import { systemFolders } from '../../lib/ops/current-homes.ts';

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

describe('on Windows', () => {
  const WINDOWS = { uid: undefined, platform: 'win32' } as const;
  const ENV = { ProgramData: 'D:\\Data', USERPROFILE: 'C:\\Users\\dev' };

  it('a system installation lies under ProgramData', () => {
    const root = 'D:\\Data\\Waterwall';
    expect(resolveHomes(ENV, { ...WINDOWS, etcReadable: true })).toEqual({
      config: `${root}\\etc`,
      log: `${root}\\log`,
      run: `${root}\\run`,
      chosenBy: 'system',
    });
    expect(systemHome({}, 'win32').config).toBe('C:\\ProgramData\\Waterwall\\etc');
  });

  it('counts only where an administrator installed the program', () => {
    expect(systemFolders({ ProgramFiles: 'D:\\Programs' }, 'win32')).toEqual([
      'C:\\ProgramData\\Waterwall\\etc',
      'D:\\Programs\\Waterwall',
    ]);
    expect(systemFolders({}, 'linux')).toEqual(['/etc/waterwall']);
  });

  it('users and WATERWALL_HOME have theirs', () => {
    const facts = { ...WINDOWS, etcReadable: false };
    expect(resolveHomes(ENV, facts)).toEqual({
      config: 'C:\\Users\\dev\\.config\\waterwall',
      log: 'C:\\Users\\dev\\.local\\state\\waterwall',
      run: 'C:\\Users\\dev\\.local\\state\\waterwall\\run',
      chosenBy: 'user',
    });
    expect(resolveHomes({ ...ENV, WATERWALL_HOME: 'E:\\ww' }, facts).log).toBe('E:\\ww\\log');
  });
});

describe('adminSockets', () => {
  it('are files of the run folder, and named pipes on Windows, other ones for another home', () => {
    expect(adminSockets('/run/waterwall', 'linux')).toEqual({
      adminSocket: '/run/waterwall/admin.sock',
      adminReadSocket: '/run/waterwall/admin-ro.sock',
    });
    const { adminSocket, adminReadSocket } = adminSockets(
      'C:\\ProgramData\\Waterwall\\run',
      'win32',
    );
    expect(adminSocket).toBe('\\\\.\\pipe\\c-programdata-waterwall-run-admin.sock');
    expect(adminReadSocket).not.toBe(adminSocket);
    expect(adminSockets('E:\\ww\\run', 'win32').adminSocket).not.toBe(adminSocket);
    expect([adminSocket, '/run/waterwall/admin.sock'].map(isPipe)).toEqual([true, false]);
  });
});
