import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { manPage } from '../../lib/cli/man-page.ts';
import { outlineProgram, withDescendants } from '../../lib/cli/outline.ts';
import { readVersion } from '../../lib/cli/version.ts';

const FILE = fileURLToPath(new URL('../../share/man/waterwall.1', import.meta.url));

test('share/man/waterwall.1 is what the commands say; write it anew with `npm run man`', async () => {
  expect(readFileSync(FILE, 'utf8')).toBe(manPage(await outlineProgram(), readVersion()));
});

test('it names every command and every option, and is ASCII', async () => {
  const text = readFileSync(FILE, 'utf8');
  expect(text).toMatch(/^[\n -~]+$/);
  for (const { path, options } of withDescendants(await outlineProgram()).slice(1)) {
    expect(text).toContain(`\\fBwaterwall ${path.replaceAll('-', '\\-')}\\fR`);
    for (const { long } of options) expect(text).toContain(long.replaceAll('-', '\\-'));
  }
});

test('groff has nothing to say against it, and shows each example', async ({ skip }) => {
  const { error, status, stdout, stderr } = spawnSync('groff', ['-man', '-ww', '-Tutf8', FILE], {
    encoding: 'utf8',
  });
  if (error !== undefined) skip('groff is not installed');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  // What is read is what the help says, line by line.
  const shown = stdout.replace(/[‐−]/g, '-').replace(/[‘’]/g, "'");
  for (const { after } of withDescendants(await outlineProgram()).slice(1)) {
    for (const line of after.split('\n')) {
      if (/^[ -~]*$/.test(line)) expect(shown).toContain(line.trim());
    }
  }
});
