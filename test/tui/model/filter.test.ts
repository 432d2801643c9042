import { expect, test } from 'vitest';
import type { Activity } from '../../../lib/control/activities.ts';
import { parseFilter } from '../../../tui/model/filter.ts';

const OUT: Activity = {
  seq: 1,
  ts: '2026-01-01T00:00:00Z',
  kind: 'out',
  host: 'api.anthropic.com',
  session: '8c1f02ab',
  agent: 'claude',
  count: 3,
  types: [{ type: 'JWT_TOKEN', count: 3 }],
};
const CLEAN: Activity = { ...OUT, seq: 2, count: 0, types: [] };
const REFUSED: Activity = { ...OUT, seq: 3, kind: 'refused', code: 'killswitch-engaged' };
const NOTICE: Activity = { seq: 4, ts: OUT.ts, kind: 'notice', text: 'policy reloaded' };

test.each([
  ['', [1, 2, 3, 4]],
  ['host:anthropic', [1, 2, 3]],
  ['type:jwt', [1, 3]],
  ['dir:out', [1, 2]],
  ['dir:err', [3]],
  ['n>2', [1, 3]],
  ['n=0', [2, 4]],
  ['n<3', [2, 4]],
  ['-clean', [1, 3, 4]],
  ['clean', [2]],
  ['session:8c1 -dir:refused', [1, 2]],
  ['agent:CLAUDE code:kill', [3]],
  ['reloaded', [4]],
  ['host:nobody', []],
  ['- ', [1, 2, 3, 4]],
  ['foo:bar', []],
  ['constructor:x', []],
])('%j', (filter, wanted) => {
  const fits = parseFilter(filter);
  expect([OUT, CLEAN, REFUSED, NOTICE].filter(fits).map(({ seq }) => seq)).toEqual(wanted);
});
