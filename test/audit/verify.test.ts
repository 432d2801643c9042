import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLog } from '../../lib/audit/create.ts';
import { openFrontier } from '../../lib/audit/frontier.ts';
import { leafHash, ZERO_HASH } from '../../lib/audit/leaf.ts';
import { openLog } from '../../lib/audit/log.ts';
import { verifyChain } from '../../lib/audit/verify.ts';
import { anyFields } from './fields.ts';
import { DEPS, linesOf, newLog, segmentPath, tempFolder, writtenLog } from './logs.ts';

describe('an intact chain', () => {
  test('of any lines and rotations', async () => {
    const step = fc.oneof({ weight: 6, arbitrary: anyFields }, fc.constant('rotate' as const));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const folder = mkdtempSync(join(tmpdir(), 'waterwall-audit-'));
        try {
          await createLog(folder);
          const log = await openLog(folder, DEPS);
          await Promise.all(
            steps.map((one) => (one === 'rotate' ? log.rotate() : log.append('redaction', one))),
          );
          await log.close();
          const lines = linesOf(folder).flat();
          const tree = openFrontier();
          for (const line of lines) tree.add(Buffer.from(leafHash(Buffer.from(line)), 'base64'));
          expect(await verifyChain(join(folder, 'chain'))).toEqual({
            verdict: 'incomplete',
            incomplete: ['no public key: no signature was verified'],
            lines: steps.length + 1,
            first: 0,
            last: steps.length,
            head: log.head.hash,
            root: tree.root().toString('base64'),
            torn: 0,
            unsigned_tail: steps.length + 1,
            checkpoints: 0,
            gaps: 0,
            unclean_starts: 0,
          });
        } finally {
          rmSync(folder, { recursive: true });
        }
      }),
      { numRuns: 40 },
    );
  });

  test('that has no line yet', async () => {
    const folder = tempFolder();
    await createLog(folder);
    const report = await verifyChain(join(folder, 'chain'));
    expect(report).toMatchObject({ verdict: 'incomplete', lines: 0, head: ZERO_HASH });
    expect(report).not.toHaveProperty('first');
  });

  test('with a line that is being written', async () => {
    const { folder, log } = await newLog();
    await log.append('heartbeat', {});
    appendFileSync(segmentPath(folder), '{"seq":1,"ts"');
    expect(await verifyChain(join(folder, 'chain'))).toMatchObject({
      verdict: 'incomplete',
      lines: 1,
      torn: 13,
    });
    await log.close();
  });

  test('one segment of it, under its name or as a copy', async () => {
    const folder = await writtenLog(9, 4);
    const expected = { verdict: 'incomplete', lines: 4, first: 4, last: 7 };
    const report = await verifyChain(segmentPath(folder, 4));
    expect(report).toMatchObject(expected);
    expect(report).not.toHaveProperty('root');
    const copy = join(folder, 'for the auditor.txt');
    copyFileSync(segmentPath(folder, 4), copy);
    expect(await verifyChain(copy)).toMatchObject(expected);
    expect(await verifyChain(segmentPath(folder, 0))).toHaveProperty('root');
  });

  test('longer than a chunk of reading, split anywhere', async () => {
    const { folder, log } = await newLog();
    for (let length = 0; length < 60; length++) {
      log.append('tunnel', { host: 'ü€😀'.repeat(length * 97) }).catch(() => {});
    }
    await log.close();
    expect(readFileSync(segmentPath(folder)).length).toBeGreaterThan(1024 * 1024);
    expect(await verifyChain(join(folder, 'chain'))).toMatchObject({
      verdict: 'incomplete',
      lines: 61,
    });
  });
});

describe('any change before the last line is found', () => {
  const LINES = 12;
  type Change = (lines: string[], at: number, to: number) => void;
  const lineAt = (lines: readonly string[], at: number): string => lines[at] as string;
  const changes: Record<string, Change> = {
    'an edited byte': (lines, at, to) => {
      const line = lineAt(lines, at);
      const place = to % line.length;
      const other = line[place] === '0' ? '1' : '0';
      lines[at] = line.slice(0, place) + other + line.slice(place + 1);
    },
    'a changed field': (lines, at) => {
      lines[at] = lineAt(lines, at).replace(/"line_type":"[a-z]+"/, '"line_type":"heartbeat"');
    },
    'a dropped line': (lines, at) => {
      lines.splice(at, 1);
    },
    'a doubled line': (lines, at) => {
      lines.splice(at, 0, lineAt(lines, at));
    },
    'two lines that changed places': (lines, at, to) => {
      const other = to % (LINES - 1) === at ? (at + 1) % (LINES - 1) : to % (LINES - 1);
      [lines[at], lines[other]] = [lineAt(lines, other), lineAt(lines, at)];
    },
    'an inserted line that fits the one before it': (lines, at) => {
      const next = JSON.parse(lineAt(lines, at)) as { seq: number; prev_hash: string };
      lines.splice(at, 0, JSON.stringify({ ...next, line_type: 'heartbeat' }));
    },
    'an empty line': (lines, at) => {
      lines.splice(at, 0, '');
    },
  };

  test.each(Object.entries(changes))('%s', async (_, change) => {
    const folder = await writtenLog(LINES);
    const original = linesOf(folder)[0] as string[];
    const copy = join(folder, 'copy');
    mkdirSync(copy);
    await fc.assert(
      fc.asyncProperty(fc.nat(LINES - 2), fc.nat(), async (at, to) => {
        const lines = [...original];
        change(lines, at, to);
        writeFileSync(join(copy, '00000000000000000000.jsonl'), `${lines.join('\n')}\n`);
        const report = await verifyChain(copy);
        expect(report.verdict).toBe('tampered');
        expect(report.lines).toBe(report.tampered?.seq);
        expect(report.tampered?.line).toBe(report.lines + 1);
      }),
      { numRuns: 40 },
    );
  });
});

test('a chain without its first segment is incomplete', async () => {
  const folder = await writtenLog(9, 4);
  rmSync(segmentPath(folder, 0));
  expect(await verifyChain(join(folder, 'chain'))).toMatchObject({
    verdict: 'incomplete',
    first: 4,
    incomplete: expect.arrayContaining(['lines 0 to 3 are missing']),
  });
});

describe('a folder that is not one chain is found', () => {
  const first = '00000000000000000000.jsonl';
  const changes: Record<string, [(folder: string) => void, object]> = {
    'no segment': [
      (folder) => {
        for (const seq of [0, 4, 8]) rmSync(segmentPath(folder, seq));
      },
      { seq: 0, file: first, line: 0 },
    ],
    'a segment missing between': [(folder) => rmSync(segmentPath(folder, 4)), { seq: 4, line: 0 }],
    'a segment without its end': [
      (folder) => {
        const path = segmentPath(folder, 4);
        writeFileSync(path, `${readFileSync(path, 'utf8').split('\n').slice(0, 2).join('\n')}\n`);
      },
      { seq: 6, file: '00000000000000000008.jsonl', line: 0 },
    ],
    'a segment that ends within a line': [
      (folder) => appendFileSync(segmentPath(folder, 0), '{'),
      { seq: 4, line: 0 },
    ],
    "segments with each other's names": [
      (folder) => {
        const text = readFileSync(segmentPath(folder, 4));
        copyFileSync(segmentPath(folder, 8), segmentPath(folder, 4));
        writeFileSync(segmentPath(folder, 8), text);
      },
      { seq: 4, file: '00000000000000000004.jsonl', line: 1 },
    ],
    'a name that is none': [
      (folder) => copyFileSync(segmentPath(folder, 8), join(folder, 'chain', '12.jsonl')),
      { file: '12.jsonl', line: 0 },
    ],
  };
  test.each(Object.entries(changes))('%s', async (_, [change, tampered]) => {
    const folder = await writtenLog(9, 4);
    change(folder);
    const report = await verifyChain(join(folder, 'chain'));
    expect(report).toMatchObject({ verdict: 'tampered', tampered });
  });

  test('a segment under another number', async () => {
    const folder = await writtenLog(3);
    copyFileSync(segmentPath(folder, 0), segmentPath(folder, 1));
    expect(await verifyChain(segmentPath(folder, 1))).toMatchObject({
      tampered: { seq: 1, line: 1 },
    });
  });

  test('a line without end', async () => {
    const folder = await writtenLog(2);
    appendFileSync(segmentPath(folder, 0), 'x'.repeat(70_000));
    const report = await verifyChain(join(folder, 'chain'));
    expect(report).toMatchObject({ verdict: 'tampered', lines: 2, tampered: { seq: 2 } });
  });
});

test('what is not there is no verdict', async () => {
  const missing = verifyChain(join(tempFolder(), 'chain'));
  await expect(missing).rejects.toMatchObject({ code: 'file-missing' });
});
