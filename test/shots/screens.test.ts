import { mkdirSync, writeFileSync } from 'node:fs';
import { test } from 'vitest';
import type { Check } from '../../lib/ops/verify/check.ts';
import type { Message } from '../../tui/model/message.ts';
import type { Model } from '../../tui/model/model.ts';
import type { ThemeName } from '../../tui/theme/themes.ts';
import { armedState, busyState, quietState } from '../tui/fixture.ts';
import { modelAfter, shown } from '../tui/show.ts';
import { pictureOf } from './picture.ts';

const FOLDER = process.env['SHOTS'] ?? 'shots';
/** A part of the names of the pictures that are wanted. */
const ONLY = process.env['ONLY'] ?? '';
const SIZES = [
  [40, 10],
  [80, 24],
  [120, 40],
  [200, 60],
] as const;

const OFFLINE: Message = { type: 'offline', reason: 'Waterwall is not running', retryAt: 0 };
const CHECKS = [
  ['ca_file', 'ok', 'constraints equal the host list, 311 days left', null],
  ['signing_key', 'ok', 'the signer answers with the key of signing.pub', null],
  ['patterns_complete', 'ok', '74 types are looked for', null],
  ['chain_dir_writable', 'ok', 'a line was written and synced in 3 ms', null],
  ['listener_bound', 'ok', '127.0.0.1:8888 takes connections', null],
  ['admin_bound', 'ok', 'the admin socket is 0600', null],
  ['ca_key_pair', 'ok', 'key and certificate belong together', null],
  [
    'session_key',
    'fail',
    'session.key can be read by others',
    'chmod 600 ~/.config/waterwall/session.key',
  ],
  ['sentinel_dir', 'ok', 'the run folder can be watched', null],
  ['upstream_reachable', 'warn', 'no provider was reached', 'look at the network'],
].map(([name, status, message, fix]) => ({
  name,
  status,
  message,
  fix,
})) as unknown as readonly Check[];
const DIFF = {
  types_added: ['ACME_TOKEN'],
  types_removed: [],
  disabled_added: [],
  disabled_removed: [],
  allow_added: 0,
  allow_removed: 0,
  known_secrets_added: 2,
  known_secrets_removed: 0,
  settings_changed: ['limits.body'],
  loosened: [],
};
const reloaded: Message = {
  type: 'reloaded',
  answer: {
    ok: true,
    body: {
      ok: true,
      changed: true,
      old_hash: 'a1b2c3d4'.repeat(8),
      new_hash: 'c3d4e5f6'.repeat(8),
      diff: DIFF,
    },
  },
};
const refused: Message = {
  type: 'reloaded',
  answer: {
    ok: false,
    error: {
      code: 'config-invalid',
      message: 'patterns.yaml: the regex of ACME_TOKEN is no regular expression (unclosed group)',
      fix: 'mend the expression, then reload',
      details: { file: 'patterns.yaml', line: 14, column: 12 },
    },
  },
};
const exported: Message = {
  type: 'exported',
  answer: {
    ok: true,
    body: {
      out: '/home/op/waterwall-evidence-20261125.tar.gz',
      bytes: 9_113_004,
      first: 0,
      last: 84_268,
      lines: 84_269,
      receipts: 20_114,
      manifests: 212,
      files: 20_340,
      checkpoint: { size: 84_269, root: 'x' },
    },
  },
};
const there: Message = {
  type: 'exported',
  answer: { ok: false, error: { code: 'file-exists', message: 'it is there' } },
};
const stopped: Message = {
  type: 'switched',
  action: 'arm',
  answer: { ok: true, body: { ...armedState().killswitch, sources_active: ['sentinel', 'http'] } },
};

const SCENES: Readonly<Record<string, () => Model>> = {
  normal: () => modelAfter(busyState()),
  armed: () => modelAfter(armedState(), ['!', 'escape']),
  offline: () => modelAfter(undefined, [OFFLINE]),
  quiet: () => modelAfter(quietState()),
  scrolled: () => modelAfter(busyState(), ['up', 'up', 'up', 'up']),
  filter: () => modelAfter(busyState(), ['/', 'dir:out -clean']),
  zoom: () => modelAfter(busyState(), ['2', 'z']),
  sessions: () => modelAfter(busyState(), ['6', 'z']),
  zoomlive: () => modelAfter(busyState(), ['1', 'z']),
  arm: () => modelAfter(busyState(), ['k', 'suspected key leak in repo foo', 'enter']),
  stopped: () => modelAfter(armedState(), ['!', 'escape', 'k', stopped]),
  disarm: () => modelAfter(armedState(), ['k', 'DISARM']),
  verify: () =>
    modelAfter(busyState(), [
      'v',
      {
        type: 'verified',
        answer: { ok: true, body: { v: 1, mode: 'runtime', ok: false, checks: CHECKS } },
      },
    ]),
  verifying: () =>
    modelAfter(busyState(), [
      'v',
      ...CHECKS.slice(0, 4).map(
        (check, at): Message => ({
          type: 'verify-progress',
          progress: { step: CHECKS[at + 1]?.name ?? '', done: at + 1, total: 10, check },
        }),
      ),
    ]),
  export: () => modelAfter(busyState(), ['e']),
  exporting: () =>
    modelAfter(busyState(), [
      'e',
      'enter',
      { type: 'export-progress', progress: { step: 'chain', done: 51_204, total: 84_281 } },
    ]),
  overwrite: () => modelAfter(busyState(), ['e', 'enter', there]),
  exported: () => modelAfter(busyState(), ['e', 'enter', exported]),
  reload: () => modelAfter(busyState(), ['r', reloaded]),
  refused: () => modelAfter(busyState(), ['r', refused]),
  detail: () => modelAfter(busyState(), ['up', 'up', 'up', 'enter']),
  alarms: () => modelAfter(armedState(), ['!']),
  help: () => modelAfter(busyState(), ['?']),
};

mkdirSync(FOLDER, { recursive: true });

function picture(
  name: string,
  scene: () => Model,
  columns: number,
  rows: number,
  manner = {},
): void {
  const file = `${FOLDER}/${name}-${columns}x${rows}.png`;
  if (!file.includes(ONLY)) return;
  test(file, async () => {
    const screen = await shown(scene(), columns, rows, manner);
    writeFileSync(file, pictureOf(screen.terminal));
    screen.close();
  });
}

for (const [name, scene] of Object.entries(SCENES)) {
  for (const [columns, rows] of SIZES) picture(name, scene, columns, rows);
}
for (const theme of ['cvd', 'light', 'mono'] as const satisfies readonly ThemeName[]) {
  for (const name of ['normal', 'armed', 'arm'] as const) {
    picture(`${theme}-${name}`, SCENES[name] as () => Model, 80, 24, { theme });
  }
}
picture('ascii-normal', SCENES['normal'] as () => Model, 80, 24, { ascii: true });
picture('palette-normal', SCENES['normal'] as () => Model, 80, 24, { trueColour: false });
