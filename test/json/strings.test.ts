import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonNode, type JsonString, parseJson } from '../../lib/json/parse.ts';
import { createStringFinder } from '../../lib/json/strings.ts';

const tricky = fc.constantFrom(
  ...[
    '',
    ',',
    ':',
    ': ',
    ', ',
    '}',
    ': 1',
    ', true',
    '",',
    '": "',
    '\\',
    '\\\\',
    '\\"',
    '12345678',
  ],
  ...[': [1, 2', 'a', 'é', '}, {', '\n', ',\\"', ':null}'],
);

const { document } = fc.letrec<{ document: unknown }>((tie) => ({
  document: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    tricky,
    fc.constantFrom<unknown>(12345678, null, true, -1.5),
    fc.array(tie('document'), { maxLength: 4 }),
    fc.dictionary(tricky, tie('document'), { maxKeys: 4 }),
  ),
}));

/** All strings of a tree with the raw names of those that are members' values. */
function stringsOf(
  node: JsonNode,
  bytes: Buffer,
  key?: JsonString,
): [JsonString, string | undefined][] {
  const name = key && bytes.toString('latin1', key.start, key.end);
  if (node.kind === 'string') return [[node, name]];
  if (node.kind === 'array') return node.items.flatMap((item) => stringsOf(item, bytes));
  if (node.kind === 'scalar') return [];
  return node.members.flatMap(({ key, value }) => [
    ...stringsOf(key, bytes),
    ...stringsOf(value, bytes, key),
  ]);
}

describe('createStringFinder', () => {
  it('finds around each offset the string that a parser finds', () => {
    fc.assert(
      fc.property(
        document,
        fc.constantFrom(undefined, 1),
        fc.boolean(),
        (value, indent, backwards) => {
          const bytes = Buffer.from(JSON.stringify(value, undefined, indent));
          const root = parseJson(bytes) as JsonNode;
          const strings = stringsOf(root, bytes);
          const finder = createStringFinder(bytes, () => root);
          const offsets = [...bytes.keys()];
          for (const offset of backwards ? offsets.reverse() : offsets) {
            // On a quote itself nothing stands.
            if (strings.some(([node]) => offset === node.start - 1 || offset === node.end))
              continue;
            const found = strings.find(([node]) => offset >= node.start && offset < node.end);
            const expected = found && { start: found[0].start, end: found[0].end, key: found[1] };
            expect(finder.around(offset)).toEqual(expected);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('finds the next string from between strings', () => {
    const bytes = Buffer.from('{"a": [1, "b\\"c"]}');
    const finder = createStringFinder(bytes, () => parseJson(bytes));
    expect(finder.after(4)).toEqual({ start: 11, end: 15, key: undefined });
    expect(finder.after(17)).toBeUndefined();
  });

  it('takes a string without end for one that ends with the text', () => {
    const bytes = Buffer.from('{"a": "b');
    const finder = createStringFinder(bytes, () => parseJson(bytes));
    expect(finder.around(7)).toEqual({ start: 7, end: 8, key: 'a' });
  });

  it('stays linear in a string full of quotes', () => {
    const bytes = Buffer.from(`{"a":"${'\\"x'.repeat(300_000)}"}`);
    const finder = createStringFinder(bytes, () => undefined);
    const begun = process.cpuUsage();
    for (let offset = 8; offset < bytes.length - 2; offset += 3) finder.around(offset);
    expect(process.cpuUsage(begun).user).toBeLessThan(1_500_000);
  });
});
