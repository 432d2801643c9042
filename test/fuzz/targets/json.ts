import { isUtf8 } from 'node:buffer';
import { isJson } from '../../../lib/detect/well-formed.ts';
import { type JsonNode, parseJson } from '../../../lib/json/parse.ts';
import { createStringFinder } from '../../../lib/json/strings.ts';
import { decodeEscapes, encodeEscapes } from '../../../lib/json/text.ts';
import { holds, type Target } from '../target.ts';

const SEEDS = [
  '{"a":[1,2.5e-3,true,null,"x\\u00e9\\n\\"\\\\"],"b":{"c":"d"}, "a" : "twice" }',
  '[[[]],{},"",{"":""}]',
  '"\\ud83d\\ude00"',
  ' -0 ',
];
const WORDS = [
  '"',
  '\\',
  '\\"',
  '\\u',
  '\\ud83d',
  '\\ude00',
  '\\u0000',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  ' ',
  '\n',
  'true',
  'false',
  'null',
  '1',
  '-',
  '0',
  '1e5',
  '.5',
  '\ufeff',
  '\u2028',
  '"a":',
  '[[[[[[[[',
  ']]]]]]]]',
];

export const JSON_TARGETS: readonly Target[] = [
  {
    name: 'json-parser',
    seeds: SEEDS,
    words: WORDS,
    run(input) {
      const root = parseJson(input);
      holds((root !== undefined) === isJson(input), 'kernel and parser disagree');
      if (!isUtf8(input) || depthOf(input) > 500) return;
      holds((root !== undefined) === accepts(input), 'it is not as JSON.parse has it');
    },
  },
  {
    name: 'json-strings',
    seeds: SEEDS,
    words: WORDS,
    longest: 512,
    run(input) {
      const root = parseJson(input);
      if (root === undefined) return;
      const strings = stringsOf(root);
      const finder = createStringFinder(input, () => root);
      for (let at = 0; at < input.length; at++) {
        // Nothing that is looked for begins with the space between strings.
        if (' \t\r\n'.includes(String.fromCharCode(input[at] as number))) continue;
        const due = strings.find(({ start, end }) => at >= start && at < end);
        const found = finder.around(at);
        holds(found?.start === due?.start, 'another string is found', { at, found, due });
        if (found !== undefined) holds(found.end === due?.end, 'it ends elsewhere', { at });
      }
    },
  },
  {
    name: 'json-escapes',
    seeds: ['a\\u00e9\\n\\\\"', '\\ud83d\\ude00\\/', 'plain é'],
    words: WORDS,
    run(input) {
      const { bytes, origin } = decodeEscapes(input);
      for (let i = 1; i <= bytes.length; i++) {
        holds(origin.at(i) >= origin.at(i - 1), 'origins go back', { i });
      }
      holds(origin.at(bytes.length) === input.length, 'the end is not the end');
      for (const times of [1, 2, 3]) {
        let text = encodeEscapes(input, times);
        for (let i = 0; i < times; i++) text = Buffer.from(decodeEscapes(text).bytes);
        holds(text.equals(input), 'it does not come back', { times });
      }
    },
  },
];

function accepts(input: Buffer): boolean {
  try {
    JSON.parse(input.toString('utf8'));
    // A byte order mark is dropped by no decoder here, and JSON.parse does not take it.
    return true;
  } catch {
    return false;
  }
}

function depthOf(input: Buffer): number {
  return input.toString('latin1').replace(/[^[{]/g, '').length;
}

function stringsOf(node: JsonNode): { start: number; end: number }[] {
  if (node.kind === 'string') return [node];
  if (node.kind === 'array') return node.items.flatMap(stringsOf);
  return node.kind === 'object'
    ? node.members.flatMap(({ key, value }) => [key, ...stringsOf(value)])
    : [];
}
