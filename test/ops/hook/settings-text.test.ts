import fc from 'fast-check';
import { parse } from 'jsonc-parser';
import { describe, expect, test } from 'vitest';
import { WaterwallError } from '../../../lib/errors.ts';
import { commandFor, isOurs, PLACES } from '../../../lib/ops/hook/commands.ts';
import { addMemory, hasMemory, removeMemory } from '../../../lib/ops/hook/memory-text.ts';
import { addEntries, findEntries, removeEntries } from '../../../lib/ops/hook/settings-text.ts';

const LAUNCH = { program: ['/usr/bin/node', '/opt/it is/bin/waterwall.js'], home: undefined };
const ALL = Object.fromEntries(PLACES.map((place) => [place, commandFor(place, LAUNCH)]));
const FILE = 'settings.json';

describe('commands', () => {
  test.each(PLACES)('%s is known again, however its path is spelt', (place) => {
    for (const program of [
      ['waterwall'],
      ['/n', '/a b/waterwall.js'],
      ['node', "/it's/waterwall.js"],
    ]) {
      for (const home of [undefined, '/h h']) {
        expect(isOurs(place, commandFor(place, { program, home }))).toBe(true);
      }
    }
    expect(isOurs(place, 'echo waterwall')).toBe(false);
    expect(isOurs(place, undefined)).toBe(false);
  });

  test('a gate that cannot start blocks', () => {
    expect(ALL['gate']).toMatch(/ hook gate \|\| exit 2$/);
  });
});

/** Settings as people write them. */
const WRITTEN: readonly (readonly [name: string, text: string])[] = [
  ['nothing', ''],
  ['an empty object', '{}'],
  ['an object of two lines', '{\n}\n'],
  ['two spaces', '{\n  "model": "opus"\n}\n'],
  ['four spaces, no line end at the end', '{\n    "model": "opus"\n}'],
  ['tabs', '{\n\t"model": "opus",\n\t"env": {\n\t\t"A": "1"\n\t}\n}\n'],
  ['CRLF', '{\r\n  "model": "opus"\r\n}\r\n'],
  ['one line', '{ "model": "opus", "hooks": { "Stop": [] } }\n'],
  ['a comment behind the last member', '{\n  "model": "opus" // the "big" one, really\n}\n'],
  ['a comment before the end', '{\n  "model": "opus"\n  // "hooks": {}\n}\n'],
  ['block comments', '/* mine */ {\n  /* a */ "model" /* b */: "opus" /* c */ /* d */\n}\n'],
  ['a trailing comma and a comment', '{\n  "model": "opus", // big\n}\n'],
  [
    'hooks of its own',
    '{\n  "hooks": {\n    "UserPromptSubmit": [ {"hooks":[{"type":"command","command":"echo hi"}]} ], // mine\n    "Stop": []\n  },\n  "model": "opus"\n}\n',
  ],
  ['empty hooks', '{\n  "hooks": {},\n  "model": "opus"\n}\n'],
  ['an empty list', '{"hooks": {"SessionStart": []}}'],
];

/** Whether every character of a text but its white space is still there, in its place. */
function keeps(before: string, after: string): boolean {
  let at = 0;
  for (const character of before.replace(/\s/g, '')) {
    at = after.indexOf(character, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

describe.each(WRITTEN)('%s', (_name, text) => {
  const installed = addEntries(text, ALL, FILE);

  test('gets every entry, once, and keeps what was there', () => {
    expect(findEntries(installed, FILE).commands).toEqual(ALL);
    const before = parse(text || '{}');
    const after = parse(installed);
    expect(after).toMatchObject({
      ...before,
      hooks: before.hooks === undefined ? {} : expect.anything(),
    });
    for (const [event, groups] of Object.entries<unknown[]>(before.hooks ?? {})) {
      expect(after.hooks[event].slice(0, groups.length)).toEqual(groups);
    }
    expect(keeps(text, installed)).toBe(true);
  });

  test('the same again changes nothing', () => {
    expect(addEntries(installed, ALL, FILE)).toBe(installed);
  });

  test('comes back but for containers that were empty', () => {
    const removed = removeEntries(installed, FILE);
    expect(findEntries(removed, FILE).commands).toEqual({});
    const { hooks = {}, ...others } = parse(text || '{}');
    const held = Object.entries<unknown[]>(hooks).filter(
      ([event, groups]) => groups.length > 0 || event === 'Stop',
    );
    const wanted = held.length === 0 ? others : { ...others, hooks: Object.fromEntries(held) };
    expect(parse(removed)).toEqual(wanted);
    for (const comment of text.match(/\/\/[^\r\n]*|\/\*.*?\*\//g) ?? []) {
      expect(removed).toContain(comment);
    }
  });

  test('another installation takes the place of the first', () => {
    const others = Object.fromEntries(
      PLACES.map((place) => [place, commandFor(place, { program: ['waterwall'], home: '/h' })]),
    );
    const moved = addEntries(installed, others, FILE);
    expect(findEntries(moved, FILE).commands).toEqual(others);
    expect(moved).not.toContain('/opt/it is');
  });
});

test('what a line of comment says stays with its member', () => {
  const text = '{\n  "model": "opus" // the big one\n}\n';
  expect(addEntries(text, ALL, FILE)).toContain('"model": "opus", // the big one\n  "hooks"');
  expect(removeEntries(addEntries(text, ALL, FILE), FILE)).toBe(text);
});

test('the status line of somebody else stays', () => {
  const text = '{"statusLine": {"type": "command", "command": "mine"}}';
  const installed = addEntries(text, ALL, FILE);
  expect(findEntries(installed, FILE)).toMatchObject({ foreignStatusLine: true });
  expect(parse(installed).statusLine.command).toBe('mine');
});

test.each([
  ['no JSON', '{"a": }', /line 1, column 7/],
  ['a list', '[]', /holds no object/],
  ['hooks that are none', '{"hooks": []}', /`hooks` is no object/],
  ['an event that is no list', '{"hooks": {"SessionStart": {}}}', /hooks\.SessionStart/],
  ['a group that is none', '{"hooks": {"SessionStart": ["x"]}}', /hooks\.SessionStart/],
  ['handlers that are none', '{"hooks": {"SessionStart": [{"hooks": {}}]}}', /SessionStart/],
  ['a status line that is none', '{"statusLine": "x"}', /`statusLine`/],
])('%s: refused, with its place', (_name, text, message) => {
  for (const act of [() => addEntries(text, ALL, FILE), () => removeEntries(text, FILE)]) {
    expect(act).toThrow(WaterwallError);
    expect(act).toThrow(message);
  }
});

test('any JSON object: in and out again is the same value', () => {
  const json = fc.dictionary(
    fc.string().filter((key) => !['hooks', 'statusLine', '__proto__'].includes(key)),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(json, fc.constantFrom(0, 2, '\t'), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const installed = addEntries(text, ALL, FILE);
      const { hooks, statusLine, ...rest } = JSON.parse(installed);
      expect(rest).toEqual(JSON.parse(text));
      expect([Object.keys(hooks).length, typeof statusLine]).toEqual([2, 'object']);
      expect(JSON.parse(removeEntries(installed, FILE))).toEqual(JSON.parse(text));
    }),
  );
});

describe('the paragraph in a memory file', () => {
  test.each(['', 'mine', 'mine\n', '# Mine\r\n\r\ntext\r\n', '\n\n'])('%j: in and out', (text) => {
    const added = addMemory(text, 'first');
    expect(added.startsWith(text)).toBe(true);
    expect(hasMemory(added)).toBe(true);
    expect(addMemory(added, 'first')).toBe(added);
    const newer = addMemory(added, 'second');
    expect(newer).toContain('second');
    expect(newer).not.toContain('first');
    expect(removeMemory(newer)).toBe(text);
  });

  test('what was written below it stays', () => {
    const below = `${addMemory('above\n', 'ours')}below\n`;
    expect(removeMemory(below)).toBe('above\nbelow\n');
  });
});
