import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChainReport } from '../../lib/audit/verify.ts';
import { box } from '../../lib/cli/box.ts';
import { renderDemo } from '../../lib/cli/demo-view.ts';
import { renderRequest } from '../../lib/cli/request-line.ts';
import { span, statusLine, tmuxSegment } from '../../lib/cli/status.ts';
import { harmless, paint, paintFor, plain, width } from '../../lib/cli/style.ts';
import { renderReport } from '../../lib/cli/verify-chain.ts';
import type { Health } from '../../lib/control/health.ts';
import { judge } from '../../lib/ops/health-gate.ts';

describe('colour', () => {
  test.each([
    [{ isTTY: true }, {}, true],
    [{ isTTY: false }, {}, false],
    [{ isTTY: true }, { NO_COLOR: '1' }, false],
    [{ isTTY: true }, { NO_COLOR: '' }, true],
    [{ isTTY: true }, { TERM: 'dumb' }, false],
    [{}, { FORCE_COLOR: '1' }, true],
    [{ isTTY: true }, { FORCE_COLOR: '0' }, false],
    [{}, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('on %j with %j: %s', (stream, env, painted) => {
    expect(paintFor(stream, env)('red', 'x') !== 'x').toBe(painted);
  });

  test('takes no columns', () => {
    expect(width(paint('bold', paint('red', 'añ→')))).toBe(3);
  });

  test('text from outside moves no cursor', () => {
    expect(harmless('a\u001b[2Jb\r\n\u202ec')).toBe('a·[2Jb···c');
  });
});

describe('box', () => {
  test('is 80 columns wide whatever is in it, and loses nothing', () => {
    const word = fc.string({
      unit: fc.constantFrom('a', 'b', 'é', '→'),
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(fc.array(fc.array(word, { maxLength: 6 }), { maxLength: 4 }), (lines) => {
        const rows = box(
          'title',
          lines.map((words) => words.join(' ')),
          plain,
        ).split('\n');
        for (const row of rows) expect(width(row), row).toBe(80);
        const inside = rows.slice(1, -1).map((row) => row.slice(2, -2));
        expect(inside.join('').replaceAll(' ', '')).toBe(lines.flat().join(''));
      }),
    );
  });
});

describe('a request’s line', () => {
  const line = {
    ts: '2026-01-02T03:04:05.000Z',
    host: 'api.anthropic.com',
    method: 'POST',
    path: '/v1/messages',
    status: 200,
    redactions: { JWT_TOKEN: 2, PEM_BLOCK: 1 },
    restored: 3,
    ms: 812.4,
  };

  test('tells everything that is to tell', () => {
    expect(renderRequest(line, plain)).toMatch(
      /^\d\d:04:05 {2}api\.anthropic\.com {2}POST \/v1\/messages {2}200 {2}redacted JWT_TOKEN×2 PEM_BLOCK {2}restored 3 {2}812 ms$/,
    );
  });

  test('and nothing that is not', () => {
    const quiet = { ...line, redactions: {}, restored: 0, status: 0, path: '/\u001b]0;x' };
    expect(renderRequest(quiet, plain)).toMatch(/POST \/·\]0;x {2}--- {2}812 ms$/);
  });
});

test.each([
  [0, '0 s'],
  [59, '59 s'],
  [60, '1 min'],
  [3 * 3600 + 61, '3 h 1 min'],
  [86_400, '1 d'],
])('span of %i s', (seconds, text) => {
  expect(span(seconds)).toBe(text);
});

describe('the gate', () => {
  const health = {
    status: 'ok',
    version: '1.2.3',
    uptime_seconds: 61,
    killswitch_active: false,
    killswitch_sources: [],
    patterns_loaded: 90,
    map_size: 1,
    map_capacity: 10_000,
    problems: [],
    refused_changes: [],
  } as unknown as Health;

  test('opens where all is well', () => {
    expect(statusLine(judge(true, health), plain)).toBe(
      'up  waterwall 1.2.3, for 1 min 1 s, 90 patterns, store 1 of 10000, kill switch off',
    );
  });

  test('says that no provider was reached, and what to look with', () => {
    const line = statusLine(judge(true, { ...health, upstream_reachable: false }), plain);
    expect(line).toContain('provider not reached (waterwall verify-install)');
  });

  test('says that a change was refused, and what tells why', () => {
    const line = (...refused_changes: ('policy' | 'hosts')[]): string =>
      statusLine(judge(true, { ...health, refused_changes }), plain);
    expect(line('policy')).toContain(
      'a change was refused, the policy before it is in force (waterwall reload says why)',
    );
    expect(line('policy', 'hosts')).toContain(
      'permitted_hosts.yaml is bad, the list before it is in force (waterwall verify-install says why)',
    );
  });

  test('says so in a segment of tmux', () => {
    const segment = (refused_changes: ('policy' | 'hosts')[]): string =>
      tmuxSegment(judge(true, { ...health, refused_changes }));
    expect(segment([])).toBe('#[fg=green]ww up 1 min 1 s#[default]');
    expect(segment(['hosts'])).toBe('#[fg=yellow]ww up 1 min 1 s, change refused#[default]');
  });

  test('closes with the reason', () => {
    const problems = [{ part: 'chain' as const, reason: 'the disk is full' }];
    expect(judge(false, { ...health, status: 'failed', problems })).toMatchObject({
      open: false,
      code: 'unhealthy',
      reason: 'the proxy is not healthy (the disk is full)',
      fix: expect.stringContaining('waterwall verify-install --runtime'),
    });
    expect(
      judge(true, { ...health, killswitch_active: true, killswitch_sources: ['http'] }),
    ).toMatchObject({
      open: false,
      code: 'killswitch-engaged',
      fix: expect.stringContaining('disarm'),
    });
    expect(
      judge(true, { ...health, killswitch_active: true, killswitch_sources: ['sentinel', 'http'] }),
    ).toMatchObject({ fix: expect.stringContaining('killswitch status') });
  });
});

describe('the demo’s page', () => {
  const report = {
    secrets: ['s3cr3t-value'],
    sent: 'KEY=s3cr3t-value',
    seen: 'KEY=s3cr3t-value',
    streamed: ['a', 'b'],
    received: 'ab',
    placeholders: [],
    leaks: 1,
    restored: false,
    audit: ['{"seq":1,"line_type":"redaction","prev_hash":"x"}'],
    verification: { intact: true, summary: 'fine' },
  };

  test('marks leaks as such', () => {
    const page = renderDemo(report, plain, 80);
    expect(page).toContain('✗ 1 secrets sent, 1 reached the provider');
    expect(page).not.toContain('Next:');
  });

  test('has no frames where they do not fit, and breaks between words', () => {
    const page = renderDemo({ ...report, leaks: 0, restored: true }, plain, 40);
    for (const line of page.split('\n')) expect(width(line), line).toBeLessThanOrEqual(40);
    expect(page).toContain('↓ Waterwall puts them back, as');
    expect(page).toMatch(/^4 {2}the agent gets\nab$/m);
    expect(page).toMatch(/waterwall\s+run -- claude$/);
  });

  test('comes to an end in a terminal that says it has hardly a column', () => {
    expect(renderDemo(report, plain, 1)).toContain('KEY=s3cr3t-value');
  });
});

describe('the report of a chain', () => {
  const empty = { verdict: 'incomplete', lines: 0, incomplete: [], torn: 0, head: 'h', gaps: 0 };
  const told = (more: object): string =>
    renderReport({ ...empty, unclean_starts: 0, ...more } as unknown as ChainReport, plain);

  test('without a line says so', () => {
    expect(told({})).toBe('intact but incomplete: no line yet\n  head h');
    const tampered = { file: 'f', line: 0, seq: 0, reason: 'not there' };
    expect(told({ tampered })).toBe('tampered: f (line 0 is due): not there\n  no line before it');
  });

  test('tells which lines are sound', () => {
    expect(told({ lines: 3, first: 0, last: 2 })).toContain('lines 0 to 2 hold together');
  });
});
