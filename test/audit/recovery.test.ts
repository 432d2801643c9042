import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openLog } from '../../lib/audit/log.ts';
import { verifyChain } from '../../lib/audit/verify.ts';
import { DEPS, linesOf, newLog, segmentPath, tempFolder, writtenLog } from './logs.ts';

/** Opens a log, which must recover; gives what the `recovered` lines at its end say. */
async function reopen(folder: string): Promise<readonly Record<string, unknown>[]> {
  const log = await openLog(folder, DEPS);
  await log.close();
  expect(await verifyChain(join(folder, 'chain'))).toMatchObject({
    verdict: 'incomplete',
    torn: 0,
  });
  const lines = linesOf(folder)
    .flat()
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return lines.filter((line) => line['line_type'] === 'recovered');
}

describe('a torn last line', () => {
  test('is moved aside and recorded, whatever its length', async () => {
    const folder = await writtenLog(3);
    const path = segmentPath(folder);
    const whole = readFileSync(path);
    const start = whole.lastIndexOf('\n', -2) + 1;
    for (let end = start; end < whole.length; end++) {
      rmSync(join(folder, 'torn'), { recursive: true, force: true });
      writeFileSync(path, whole.subarray(0, end));
      const torn = whole.subarray(start, end);
      const recovered = await reopen(folder);
      expect(linesOf(folder)[0]?.slice(0, 2).join('\n')).toBe(whole.toString('utf8', 0, start - 1));
      if (torn.length === 0) {
        expect(recovered).toEqual([]);
        continue;
      }
      const sha256 = createHash('sha256').update(torn).digest('hex');
      expect(recovered).toMatchObject([{ seq: 2, bytes: torn.length, sha256 }]);
      expect(readFileSync(join(folder, recovered[0]?.['file'] as string))).toEqual(torn);
    }
  });

  test('may be the only one, and the first of a later segment', async () => {
    const folder = await writtenLog(1);
    truncateSync(segmentPath(folder), 10);
    expect(await reopen(folder)).toMatchObject([{ seq: 0, bytes: 10 }]);

    const rotated = await writtenLog(3, 2);
    truncateSync(segmentPath(rotated, 2), 10);
    expect(await reopen(rotated)).toMatchObject([{ seq: 2, bytes: 10 }]);
  });

  test('may be the zeros of a file that grew before its bytes came', async () => {
    const folder = await writtenLog(2);
    appendFileSync(segmentPath(folder), Buffer.alloc(3 * 1024 * 1024));
    expect(await reopen(folder)).toMatchObject([{ seq: 2, bytes: 3 * 1024 * 1024 }]);
  });

  test('is recorded later where a crash came between moving and recording', async () => {
    const folder = await writtenLog(2);
    mkdirSync(join(folder, 'torn'));
    const bytes = Buffer.from('{"seq":2,');
    writeFileSync(join(folder, 'torn', '00000000000000000002-0123456789abcdef'), bytes);
    writeFileSync(join(folder, 'torn', '00000000000000000002-fedcba9876543210.new'), 'half');
    expect(await reopen(folder)).toMatchObject([{ seq: 2, bytes: bytes.length }]);
    expect(await reopen(folder)).toHaveLength(1);
  });

  test('twice at one place is two records', async () => {
    const folder = await writtenLog(2);
    appendFileSync(segmentPath(folder), 'first');
    await reopen(folder);
    const kept = linesOf(folder)[0]?.slice(0, 2).join('\n');
    writeFileSync(segmentPath(folder), `${kept}\nsecond`);
    expect(await reopen(folder)).toHaveLength(2);
    expect(readdirSync(join(folder, 'torn'))).toHaveLength(2);
  });
});

describe('damage is refused and changes nothing', () => {
  type Edit = (folder: string) => void;
  const replaceIn = (first: number, from: string, to: string): Edit => {
    return (folder) => {
      const path = segmentPath(folder, first);
      const text = readFileSync(path, 'utf8');
      expect(text).toContain(from);
      writeFileSync(path, text.replace(from, to));
    };
  };
  const damages: Record<string, Edit> = {
    'no chain folder': (folder) => rmSync(join(folder, 'chain'), { recursive: true }),
    'no segment': (folder) => {
      for (const first of [0, 4, 8]) rmSync(segmentPath(folder, first));
    },
    'no first segment': (folder) => rmSync(segmentPath(folder, 0)),
    'a segment missing in the middle': (folder) => rmSync(segmentPath(folder, 4)),
    'a name that is none': (folder) => writeFileSync(join(folder, 'chain', '1.jsonl'), ''),
    'an earlier segment that ends within a line': (folder) =>
      appendFileSync(segmentPath(folder, 0), '{'),
    'an earlier segment without its last line': (folder) => {
      const path = segmentPath(folder, 4);
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1));
    },
    'an edited last line of an earlier segment': replaceIn(4, '"seq":7,', '"seq":6,'),
    'an edited line in the last segment': replaceIn(8, 'host-8', 'host-x'),
    'a last line that is none': (folder) => appendFileSync(segmentPath(folder, 8), '{}\n'),
    'an empty last line': (folder) => appendFileSync(segmentPath(folder, 8), '\n'),
  };
  test.each(Object.entries(damages))('%s', async (_, damage) => {
    const folder = await writtenLog(11, 4);
    expect(linesOf(folder).map((lines) => lines.length)).toEqual([4, 4, 3]);
    damage(folder);
    const chain = join(folder, 'chain');
    const contents = (): unknown => {
      try {
        return readdirSync(chain).map((name) => [name, readFileSync(join(chain, name), 'utf8')]);
      } catch {
        return 'no folder';
      }
    };
    const before = contents();
    const error = await openLog(folder, DEPS).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'chain-damaged',
      fix: expect.stringContaining('waterwall'),
    });
    expect(contents()).toEqual(before);
    // The lock is free again: the same error, not `already-running`.
    await expect(openLog(folder, DEPS)).rejects.toMatchObject({ code: 'chain-damaged' });
  });
});

test('a large segment must fit to the one before it all the same', async () => {
  const { folder, log } = await newLog();
  const note = 'x'.repeat(60_000);
  await log.rotate({ note: 'one' });
  await Promise.all(Array.from({ length: 40 }, () => log.append('tunnel', { note })));
  await log.close();
  const other = await newLog();
  await other.log.rotate({ note: 'two' });
  await other.log.close();
  copyFileSync(segmentPath(other.folder), segmentPath(folder));
  await expect(openLog(folder, DEPS)).rejects.toMatchObject({ code: 'chain-damaged' });
});

test('only the end of a large segment is looked at', async () => {
  const { folder, log } = await newLog();
  const path = segmentPath(folder);
  const note = 'x'.repeat(60_000);
  await Promise.all(Array.from({ length: 40 }, () => log.append('tunnel', { note })));
  await log.close();
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replace('"seq":1,', '"seq":7,'));
  const again = await openLog(folder, DEPS);
  expect(again.head.length).toBe(41);
  await again.close();
  expect(await verifyChain(path)).toMatchObject({ verdict: 'tampered', tampered: { line: 2 } });
});

test('a folder that nobody can write is an error of the installation', async () => {
  const file = join(tempFolder(), 'file');
  writeFileSync(file, '');
  await expect(openLog(file, DEPS)).rejects.toMatchObject({ code: 'io-error' });
});
