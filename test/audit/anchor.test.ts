import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openAnchor } from '../../lib/audit/anchor.ts';
import { splitNotes } from '../../lib/audit/kept-notes.ts';
import { tempFolder } from './logs.ts';
import { signedHome } from './signing/rig.ts';

const NOTE = 'log\n1\nroot\n\n— log AAAA\n';

describe('an anchor', () => {
  it('appends notes to a file that --known reads', async () => {
    const path = join(tempFolder(), 'notes');
    const anchor = openAnchor(path, { onFault: () => {} });
    for (let n = 0; n < 2; n++) {
      anchor.put(NOTE);
      await anchor.settled();
    }
    expect(anchor.holds).toBe(true);
    expect(splitNotes(readFileSync(path, 'utf8'))).toEqual([NOTE, NOTE]);
  });

  it('hands notes to a command, without a shell', async () => {
    const path = join(tempFolder(), 'note; touch x');
    const anchor = openAnchor(['tee', path], { onFault: () => {} });
    anchor.put(NOTE);
    await anchor.settled();
    expect(readFileSync(path, 'utf8')).toBe(NOTE);
  });

  it('leaves out what a later note includes while one is under way', async () => {
    const path = join(tempFolder(), 'notes');
    const anchor = openAnchor(path, { onFault: () => {} });
    for (let n = 0; n < 100; n++) anchor.put(`${n}\n\n— log AAAA\n`);
    await anchor.settled();
    const notes = splitNotes(readFileSync(path, 'utf8'));
    expect(notes.length).toBeLessThan(5);
    expect(notes.at(-1)).toMatch(/^99\n/);
  });

  it.each([
    ['a file that cannot be written', '/dev/full'],
    ['a command that fails', ['false'] as const],
    ['a command that is not there', ['/nowhere/at-all'] as const],
  ])('tells of %s, and tries the next', async (_, target) => {
    const faults: unknown[] = [];
    const anchor = openAnchor(target, { onFault: (error) => faults.push(error) });
    for (let n = 0; n < 2; n++) {
      anchor.put(NOTE);
      await anchor.settled();
    }
    expect(anchor.holds).toBe(false);
    expect(faults).toHaveLength(2);
    expect(faults[0]).toMatchObject({ code: 'io-error', fix: expect.stringMatching(/anchor/) });
  });

  it('makes a log isolated while its notes get there, and has the last one when it ends', async () => {
    const path = join(tempFolder(), 'notes');
    const { open } = await signedHome();
    const { log } = await open({ anchor: openAnchor(path, { onFault: () => {} }) });
    expect(log.signing.isolated).toBe(false);
    await log.append('tunnel', { host: 'h.test', port: 1 });
    await expect.poll(() => log.signing.isolated, { timeout: 5000 }).toBe(true);
    await log.close();
    expect(splitNotes(readFileSync(path, 'utf8')).at(-1)).toContain(`\n${log.head.length}\n`);
  });
});
