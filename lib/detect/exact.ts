import { createRunFinder, type RunFinder, wholeText } from './encoded/run.ts';
import { confirm } from './encoded/values.ts';
import { type WrittenForm, writtenForms } from './escape-styles.ts';
import {
  createFilters,
  type GramEntry,
  GramIndex,
  LONG_GRAMS,
  SHORT_GRAMS,
  shortestFor,
} from './gram-index.ts';
import type { ExactHit, ExactMatcher } from './types.ts';

/** Shorter values would be found in ordinary text. */
export const SHORTEST_EXACT_VALUE = 8;

/** Quotes, what HTML-safe encoders escape, and whatever is no ASCII. */
const ESCAPED_AT_WILL = /["\\&'<>\x80-\xff]/;

/** What exists once there is a value. */
interface Engine {
  readonly long: GramIndex;
  readonly short: GramIndex;
}

/** Filters of 16 KB at first, which stay in the processor's own cache, and of 4 MB at most. */
const FIRST_BITS = 2 ** 17;
const MOST_BITS = 2 ** 25;
/** With fewer bits for a gram the filter lets too many places through. */
const BITS_PER_GRAM = 16;
const GROWTH = 4;

/** An empty matcher; it costs nothing until the first value. */
export function createExactMatcher(): ExactMatcher {
  const values = new Map<string, readonly WrittenForm[]>();
  const escapable = new Set<string>();
  let engine: Engine | undefined;

  const indexFor = ({ long, short }: Engine, { bytes }: WrittenForm): GramIndex =>
    bytes.length >= shortestFor(LONG_GRAMS) ? long : short;

  const remove = (id: string): void => {
    const forms = values.get(id);
    if (forms === undefined || engine === undefined) return;
    for (const form of forms) indexFor(engine, form).delete(id, form);
    values.delete(id);
    escapable.delete(id);
  };

  return {
    get size() {
      return values.size;
    },
    get escapable() {
      return escapable.size > 0;
    },
    add(id, value) {
      if (value.length < SHORTEST_EXACT_VALUE) throw new RangeError('an exact value is too short');
      remove(id);
      engine ??= createEngine();
      const forms = writtenForms(value);
      values.set(id, forms);
      if (ESCAPED_AT_WILL.test(Buffer.from(value).toString('latin1'))) escapable.add(id);
      for (const form of forms) indexFor(engine, form).add(id, form, value);
      makeRoom(engine);
    },
    delete: remove,
    find(bytes) {
      if (engine === undefined || values.size === 0) return [];
      const hits: ExactHit[] = [];
      search(engine, bytes, hits);
      return hits.sort((a, b) => a.start - b.start || a.end - b.end);
    },
  };
}

function createEngine(): Engine {
  const [forLong, forShort] = createFilters(FIRST_BITS);
  return {
    long: new GramIndex(LONG_GRAMS, forLong),
    short: new GramIndex(SHORT_GRAMS, forShort),
  };
}

function makeRoom({ long, short }: Engine): void {
  const bits = 2 ** (32 - long.filter.shift);
  const grams = Math.max(long.size, short.size);
  if (grams * BITS_PER_GRAM <= bits || bits >= MOST_BITS) return;
  [long.filter, short.filter] = createFilters(Math.min(GROWTH * bits, MOST_BITS));
}

function search({ long, short }: Engine, bytes: Uint8Array, hits: ExactHit[]): void {
  const { kernel } = long.filter;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const runAt = createRunFinder(text);
  // A chunk's length is a multiple of both strides, so probing goes on evenly in the next one.
  for (let start = 0; start < bytes.length; ) {
    const length = kernel.load(bytes, start);
    for (const index of [long, short]) {
      if (index.size === 0) continue;
      probe(index, length, (offset, entry) => {
        const hit = verify(text, start + offset, entry, runAt);
        if (hit !== undefined) hits.push(hit);
      });
    }
    start += length;
  }
}

function probe(
  index: GramIndex,
  length: number,
  report: (offset: number, entry: GramEntry) => void,
): void {
  const { stride, width } = index.rule;
  const { kernel, address, shift } = index.filter;
  const { at, words } = kernel;
  const out = at.OUT >> 2;
  for (let from = 0; from < length; from = words[at.RESUME >> 2] as number) {
    const found = kernel.findGrams(from, length, stride, width === 8, address, shift);
    for (let i = 0; i < found; i++) {
      const offset = words[out + 2 * i] as number;
      for (const entry of index.at(words[out + 2 * i + 1] as number)) report(offset, entry);
    }
  }
}

function verify(
  text: Buffer,
  at: number,
  { id, form, offset, value }: GramEntry,
  runAt: RunFinder,
): ExactHit | undefined {
  const start = at - offset;
  const end = start + form.bytes.length;
  if (start < 0 || end > text.length) return undefined;
  if (text.compare(form.bytes, 0, form.bytes.length, start, end) !== 0) return undefined;
  const { encoded } = form;
  if (encoded === undefined) return { start, end, id, depth: form.depth };
  const core = confirm(text, start, encoded, value);
  if (core === undefined) return undefined;
  const grid = start - encoded.skipped;
  const whole = wholeText(text, encoded.encoding, core, runAt(encoded.encoding, start), grid);
  return { ...whole, id, depth: 0, core };
}
