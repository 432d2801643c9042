import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCheckpoint } from '../../../lib/audit/checkpoint.ts';
import { parseNote, signNote } from '../../../lib/audit/note.ts';
import { parseLine } from '../../../lib/audit/parse.ts';
import { formatVkey, parseVkey, verifierKey } from '../../../lib/audit/vkey.ts';
import { killSwitchInUnparsable } from '../../../lib/config/kill-switch-line.ts';
import { parseConfig } from '../../../lib/config/load/document.ts';
import { loadHostsFile } from '../../../lib/config/load/hosts.ts';
import { parseSettings } from '../../../lib/config/load/settings.ts';
import { addEntries, findEntries, removeEntries } from '../../../lib/ops/hook/settings-text.ts';
import { holds, type Target, unlessRefused } from '../target.ts';
import { KNOWN } from './secrets.ts';

// Files that people, and whoever may write to their folders, change: each is read, or refused by a
// code whose message holds no value.

const YAML = [
  ': ',
  '- ',
  '\n',
  '  ',
  '"',
  "'",
  '{',
  '}',
  '[',
  ']',
  '|\n',
  '>-\n',
  '&a ',
  '*a',
  '<<: *a',
  '!!js/function ',
  '#',
  '---\n',
  '...\n',
  '\t',
  '? ',
  '%YAML 1.1\n',
  'true',
  'null',
  '.inf',
  '0o7',
  '1e999',
  '__proto__',
  'constructor',
  '\ufeff',
  '\0',
];

const LINE =
  '{"seq":0,"ts":"2026-01-01T00:00:00.000Z","line_type":"start","prev_hash":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","frameworks":["SOC2-CC7.2"],"version":"0.1.0","n":[1,{"a":"é"}]}';

const KEY = verifierKey('log.example/waterwall', Buffer.alloc(32, 9));
const NOTE = signNote(
  `log.example/waterwall\n5\n${Buffer.alloc(32, 1).toString('base64')}\n`,
  KEY,
  Buffer.alloc(32, 3),
);

const folder = mkdtempSync(join(tmpdir(), 'waterwall-fuzz-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

function configuration(
  name: string,
  seeds: readonly string[],
  words: readonly string[],
  read: (text: string) => unknown,
): Target {
  return {
    name,
    seeds,
    words: [...YAML, ...words],
    longest: 1024,
    run(input) {
      const text = input.toString('utf8');
      try {
        read(text);
      } catch (error) {
        holds(
          error instanceof Error && 'code' in error && error.code === 'config-invalid',
          'it fails otherwise',
          String(error),
        );
        for (const value of KNOWN)
          holds(!error.message.includes(value), 'the message holds a value', error.message);
      }
    },
  };
}

export const TEXTS: readonly Target[] = [
  configuration(
    'config-settings',
    ['kill_switch: false\nlisten: 127.0.0.1:8888\nlimits: { body: 64MiB }\nstore: { ttl: 4h }\n'],
    [
      'kill_switch',
      'listen',
      'limits',
      'body',
      'MiB',
      '127.0.0.1',
      '[::1]:1',
      '99999999999',
      'metrics',
    ],
    (text) => parseSettings('config.yaml', text),
  ),
  configuration(
    'config-hosts',
    ['hosts:\n  - { host: api.anthropic.com, sse_handler: anthropic }\nunlisted_hosts: tunnel\n'],
    [
      'host',
      'sse_handler',
      'openai',
      'upstream: "https://127.0.0.1:1"',
      'upstream_ca: x',
      'tunnel: [ "*.a.example" ]',
      '.',
      'refuse',
    ],
    (text) => {
      const file = join(folder, 'hosts.yaml');
      writeFileSync(file, text);
      return loadHostsFile(file);
    },
  ),
  configuration(
    'config-known-secrets',
    [`values:\n  - { type: DB, value: "${KNOWN[0]}" }\nenv_files: [ ~/.env ]\n`],
    ['values', 'type', 'value', 'env_files', ...KNOWN],
    (text) => parseConfig('known_secrets', 'known_secrets.yaml', text),
  ),
  {
    name: 'config-kill-switch-line',
    seeds: [
      'kill_switch: true\n',
      '{ kill_switch: true }',
      '# kill_switch: true',
      'a: |\n  kill_switch: true',
    ],
    words: [...YAML, 'kill_switch', 'true', 'yes', 'on'],
    run: (input) => void killSwitchInUnparsable(input.toString('utf8')),
  },
  {
    name: 'audit-line',
    seeds: [LINE, LINE.replace('"n"', '"1"')],
    words: [
      '"',
      '\\',
      '{',
      '}',
      ',',
      ':',
      '\\u00e9',
      '"seq":',
      '"1":1',
      '1e3',
      '1.0',
      '-0',
      ' ',
      '\n',
      '"__proto__":1',
      'é',
      '9007199254740993',
    ],
    run(input) {
      const parsed = parseLine(input, {});
      if ('fault' in parsed) return;
      const text = input.toString('utf8');
      const value = JSON.parse(text) as Record<string, unknown>;
      holds(
        value['seq'] === parsed.seq && value['line_type'] === parsed.type,
        'it is read otherwise',
      );
      // One line, one spelling: another reader cannot take it for anything else.
      holds(!/[\r\n]/.test(text), 'it holds a line end');
      holds(text.length === spelled(value).length, 'it is not spelled as lines are', { text });
    },
  },
  {
    name: 'audit-note',
    seeds: [NOTE, NOTE.replace('\n\n', '\n\nx\n\n')],
    words: ['— ', '\n', '\n\n', ' ', '+', '=', 'log.example/waterwall', '\0', 'é', '\ud800'],
    run(input) {
      const note = parseNote(input);
      if ('fault' in note) return;
      holds(note.text.endsWith('\n'), 'a text has no end');
      holds(note.signatures.length > 0, 'a note has no signature');
      holds(input.toString('utf8').startsWith(`${note.text}\n`), 'the text is another one');
      const checkpoint = parseCheckpoint(note.text);
      if (checkpoint === undefined) return;
      const written = `${checkpoint.origin}\n${checkpoint.size}\n${checkpoint.root.toString('base64')}\n`;
      holds(written === note.text, 'a checkpoint has two spellings', { written, text: note.text });
    },
  },
  {
    name: 'audit-vkey',
    seeds: [formatVkey(KEY)],
    words: ['+', '/', '=', 'AQ', 'log', ' ', '\n'],
    run(input) {
      const text = input.toString('utf8');
      const key = parseVkey(text);
      if (key !== undefined) holds(formatVkey(key) === text, 'a key has two spellings', text);
    },
  },
  {
    name: 'agent-settings',
    seeds: [
      '{}',
      '{ // comment\n "hooks": { "SessionStart": [ { "hooks": [ { "type": "command", "command": "x" } ] } ], },\n "a": 1 }',
      '{"hooks":{"UserPromptSubmit":[{"hooks":[{"type":"command","command":"waterwall hook gate"}]}]},"statusLine":{"type":"command","command":"waterwall statusline"}}',
    ],
    words: [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"hooks"',
      '"SessionStart"',
      '"command"',
      'null',
      '1',
      '//',
      '/*',
      '*/',
      '\n',
      '"waterwall hook gate"',
      '\ufeff',
    ],
    longest: 1024,
    run(input) {
      const text = input.toString('utf8');
      const wanted = { session_start: 'waterwall hook session-start', gate: 'waterwall hook gate' };
      unlessRefused(['config-invalid'], () => {
        const before = findEntries(text, 'f').commands;
        const added = addEntries(text, wanted, 'f');
        holds(addEntries(added, wanted, 'f') === added, 'adding twice is not adding once');
        const after = findEntries(added, 'f').commands;
        holds(
          after.gate === wanted.gate && after.session_start === wanted.session_start,
          'it is not added',
        );
        const removed = removeEntries(added, 'f');
        holds(Object.keys(findEntries(removed, 'f').commands).length === 0, 'it is not removed');
        void before;
      });
    },
  },
];

function spelled(value: unknown): string {
  return JSON.stringify(value);
}
