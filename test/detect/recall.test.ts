import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compileScanner } from '../../lib/detect/scanner.ts';

interface Case {
  readonly parts: readonly string[];
  readonly type?: string;
  readonly missed?: string;
}

const folder = fileURLToPath(new URL('../vectors/recall/', import.meta.url));
const doc = readFileSync(new URL('../../docs/detection.md', import.meta.url), 'utf8');
const scanner = compileScanner({ patterns: [], allow: [], disable: [] });

describe.each(readdirSync(folder).sort())('%s', (file) => {
  const { cases } = JSON.parse(readFileSync(`${folder}${file}`, 'utf8')) as { cases: Case[] };

  it.each(cases.map((one, i) => [i, one.type ?? `left alone: ${one.missed}`, one] as const))(
    '%i %s',
    (_, __, { parts, type, missed }) => {
      const bytes = Buffer.from(parts.join(''));
      const found = scanner.scan({ bytes }).spans.map((span) => span.type);
      if (missed === undefined) expect(found).toContain(type);
      else {
        expect(found).toEqual([]);
        expect(doc).toContain(missed);
      }
    },
  );
});

it('finds as much of them as the documentation says', () => {
  const all = readdirSync(folder).flatMap(
    (file) => (JSON.parse(readFileSync(`${folder}${file}`, 'utf8')) as { cases: Case[] }).cases,
  );
  const found = all.filter(({ missed }) => missed === undefined).length;
  expect(doc).toContain(`${found} of ${all.length}`);
});
