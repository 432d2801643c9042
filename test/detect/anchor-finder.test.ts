import { expect, it } from 'vitest';
import { ENOUGH_OF_A_RUN, RUN, RUN_LEAD } from '../../lib/detect/anchor.ts';
import { createAnchorFinder } from '../../lib/detect/anchor-finder.ts';
import { addAnchors, EMPTY_TABLES, writeBuckets } from '../../lib/detect/anchor-tables.ts';
import { bucketsFor, isLetThrough } from '../../lib/detect/buckets.ts';
import { makeTables } from '../../lib/detect/built-in-tables.ts';
import { builtInTargets, formOf } from '../../lib/detect/built-in-targets.ts';
import { classOf } from '../../lib/detect/byte-class.ts';
import { TABLES } from '../../lib/detect/generated/tables.ts';
import { createKernel } from '../../lib/detect/kernel-instance.ts';
import { MARK_RULES } from '../../lib/detect/marks.ts';
import { grammarOf } from '../../lib/providers/grammar.ts';

const positions = (text: string) => [...text].map(classOf);

function offsetsOf(window: string, inRun: boolean, text: string): number[] {
  const anchor = { positions: positions(window), window: 0, offset: 0, inRun };
  const kernel = createKernel();
  addAnchors(kernel, EMPTY_TABLES, [anchor]);
  writeBuckets(kernel, bucketsFor(inRun ? [] : [anchor]));
  const finder = createAnchorFinder(kernel);
  const found: number[] = [];
  finder.find(Buffer.from(text), (offset) => found.push(offset));
  return [...new Set(found)];
}

it('finds an anchor of text at every place of a block, and at the edges of chunks', () => {
  for (const at of [...Array(40).keys(), 262_070, 262_079, 262_080, 262_081, 524_160 - 2]) {
    const text = `${' '.repeat(at)}zq:zq`;
    expect(offsetsOf('zq:z', false, text), String(at)).toEqual([at]);
    expect(offsetsOf('zq:z', false, `${text} ${'.'.repeat(50)}`), String(at)).toEqual([at]);
  }
});

it.each([0, 1, 2, RUN_LEAD])('finds an anchor %i bytes before a long run', (lead) => {
  const window = `${'.'.repeat(lead)}zqxz`;
  const run = 'zqxz'.padEnd(ENOUGH_OF_A_RUN, 'a');
  for (const at of [...Array(40).keys(), ...Array.from({ length: 24 }, (_, i) => 262_060 + i)]) {
    const text = `${' '.repeat(at)}${'.'.repeat(lead)}${run}`;
    expect(offsetsOf(window, true, text), String(at)).toEqual([at]);
    expect(offsetsOf(window, true, `${text} and more`), String(at)).toEqual([at]);
  }
});

it('looks for anchors of runs everywhere in a run', () => {
  const run = `${'zqxz'.repeat(70_000)}${'a'.repeat(ENOUGH_OF_A_RUN)}`;
  expect(offsetsOf('zqxz', true, run)).toEqual(Array.from({ length: 70_000 }, (_, i) => 4 * i));
});

it('reports every one of more hits than the buffer holds', () => {
  const text = 'zq:z'.repeat(80_000);
  expect(offsetsOf('zq:z', false, text)).toEqual(Array.from({ length: 80_000 }, (_, i) => 4 * i));
});

it('has buckets for all of the built-in set: else run build/tune-buckets.mjs', () => {
  const missed = builtInTargets()
    .filter(({ anchor }) => !anchor.inRun)
    .filter(
      ({ anchor: { positions: all, window } }) => !isLetThrough(all.slice(window, window + 4)),
    );
  expect(missed).toEqual([]);
});

it('loads tables that are those of the pattern file: else run npm run build', () => {
  expect(TABLES).toEqual(JSON.parse(JSON.stringify(makeTables())));
});

it('looks for no form in runs whose shortest match is none', () => {
  for (const target of builtInTargets()) {
    if (target.kind !== 'form' || !target.anchor.inRun) continue;
    const { segments, strong, prefixLength, type } = formOf(target);
    const least = segments.flatMap(({ class: set, min }) => Array(min).fill(set));
    const shown = strong ? least.slice(0, prefixLength + 16) : least;
    const { offset } = target.anchor;
    const runs = [...Array(RUN_LEAD + 1).keys()].map((lead) => {
      const run = shown.slice(offset + lead, offset + lead + ENOUGH_OF_A_RUN);
      return (
        run.length === ENOUGH_OF_A_RUN &&
        run.every((set) => set.members.every((byte: number) => RUN.has[byte] === 1))
      );
    });
    expect(runs, type).toContain(true);
  }
});

it('marks the cue of every field with file data', () => {
  const shapes: string[] = MARK_RULES.filter(({ kind }) => kind === 'file').map((r) => r.shape);
  for (const api of ['anthropic', 'openai', 'none'] as const) {
    for (const { cue } of grammarOf(api).opaqueRequest) {
      if (cue !== undefined) expect(shapes).toContain(cue);
    }
  }
});
