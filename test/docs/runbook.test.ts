import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ALARM_CODES } from '../../lib/control/alarms.ts';
import type { RuntimeCheck, StartupCheck } from '../../lib/ops/verify/check.ts';
import { ROOT } from './surroundings.ts';

const runbook = readFileSync(join(ROOT, 'docs', 'runbook.md'), 'utf8');

/** The text from a heading of the second level to the next one. */
function section(heading: string): string {
  const [, rest = ''] = runbook.split(`\n## ${heading}\n`);
  return rest.split('\n## ')[0] as string;
}

/** Typed, so that a check that is added or renamed does not compile until it stands here. */
const CHECKS: Readonly<Record<StartupCheck | RuntimeCheck, true>> = {
  ca_file: true,
  signing_key: true,
  patterns_complete: true,
  chain_dir_writable: true,
  listener_bindable: true,
  listener_bound: true,
  admin_bindable: true,
  admin_bound: true,
  ca_key_pair: true,
  session_key: true,
  sentinel_dir: true,
  upstream_reachable: true,
};

test('every alarm is a row of its table, and no row names one that is gone', () => {
  const rows = [...section('Alarms').matchAll(/^\| `([a-z-]+)`/gm)].map(([, code]) => code);
  expect(rows.sort()).toEqual([...ALARM_CODES].sort());
});

test('every check of verify-install has a heading, and no heading names one that is gone', () => {
  const headings = section('The checks of `verify-install`').match(/^### .*$/gm) ?? [];
  const names = headings.flatMap((line) =>
    [...line.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name),
  );
  expect(names.sort()).toEqual(Object.keys(CHECKS).sort());
});

test('every dependency has its reason in README.md, and no row is of one that is gone', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const table = readme.split('\n## Dependencies\n')[1]?.split('\n## ')[0] ?? '';
  const rows = [...table.matchAll(/^\| (@?[\w./-]+) \|/gm)].map(([, name]) => name);
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  expect(rows.filter((name) => name !== 'package').sort()).toEqual(
    Object.keys(dependencies).sort(),
  );
});
