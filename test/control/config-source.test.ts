import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { followConfig } from '../../lib/control/config-source.ts';
import { makeHome } from './home.ts';

/** Stands for the loader: valid are these two lines only. */
function validate(text: string): boolean {
  if (text === 'kill_switch: true\n') return true;
  if (text === 'kill_switch: false\n') return false;
  throw new Error('not valid');
}

function start(first?: string) {
  const file = join(makeHome().config, 'config.yaml');
  if (first !== undefined) writeFileSync(file, first);
  const look = followConfig(file, validate);
  const says = (text: string) => {
    writeFileSync(file, text);
    return look();
  };
  return { file, look, says };
}

describe('config.yaml', () => {
  it('engages and lets go', () => {
    const { file, says } = start();
    const hold = {
      reason: `kill_switch: true in ${file}`,
      clear: `set kill_switch: false in ${file}`,
    };
    expect(says('kill_switch: true\n')).toEqual({ engaged: true, ...hold });
    expect(says('kill_switch: false\n')).toEqual({ engaged: false });
  });

  it('does nothing where it never was, and engages where it vanished', () => {
    const never = start();
    expect(never.look().engaged).toBe(false);
    const { file, look, says } = start('kill_switch: false\n');
    expect(look().engaged).toBe(false);
    rmSync(file);
    expect(look()).toMatchObject({ engaged: true, reason: `${file} is missing` });
    expect(look().engaged).toBe(true);
    expect(says('kill_switch: false\n').engaged).toBe(false);
  });

  it('engages where it cannot be read', () => {
    const { file, look } = start();
    mkdirSync(file);
    expect(look()).toMatchObject({ engaged: true, clear: `make ${file} readable` });
  });

  it('broken, keeps what it said before', () => {
    const { says } = start();
    expect(says('kill_switch: [\n').engaged).toBe(false);
    says('kill_switch: true\n');
    expect(says('kill_switch: [\n').engaged).toBe(true);
    expect(says('# kill_switch: true\nx: [').engaged).toBe(true);
    says('kill_switch: false\n');
    expect(says('# kill_switch: true\nx: [').engaged).toBe(false);
  });

  for (const line of ['kill_switch: true', '  kill_switch:   true # now', '"kill_switch": yes']) {
    it(`broken, engages with the line ${line}`, () => {
      const { says } = start('kill_switch: false\n');
      expect(says(`listen: [\n${line}\n`)).toMatchObject({ engaged: true });
    });
  }
});
