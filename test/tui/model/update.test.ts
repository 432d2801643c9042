import { describe, expect, test } from 'vitest';
import type { DaemonState } from '../../../lib/control/daemon-state.ts';
import { standingAlarms, unseenAlarms } from '../../../tui/model/alarms.ts';
import { shownActivities } from '../../../tui/model/live.ts';
import type { Effect, Message } from '../../../tui/model/message.ts';
import { HANGS, initialModel, type Model } from '../../../tui/model/model.ts';
import { update } from '../../../tui/model/update.ts';
import { conforming } from '../../cli/schema.ts';
import { armedState, busyState, NOW, SETTINGS } from '../fixture.ts';

/** A dashboard and what it asked for, key by key. */
function dashboard(state: DaemonState | 'unknown' = busyState(), settings = SETTINGS) {
  let model: Model = initialModel(settings);
  const effects: Effect[] = [];
  const tell = (message: Message, now = NOW): void => {
    const [next, ...asked] = update(model, message, now);
    model = next;
    effects.push(...asked);
  };
  if (state !== 'unknown') tell({ type: 'state', state, by: 'events' });
  return {
    get model() {
      return model;
    },
    effects,
    tell,
    press(...names: string[]) {
      for (const name of names) {
        tell({ type: 'key', key: { name, text: [...name].length === 1 ? name : '' }, limits: {} });
      }
    },
    write(text: string) {
      for (const char of text) tell({ type: 'key', key: { name: char, text: char }, limits: {} });
    },
  };
}

const state = (model: Model) => model.modal;

test('the state of the fixtures is one that the daemon could give', () => {
  for (const each of [busyState(), armedState()]) conforming('state', JSON.stringify(each));
});

describe('the kill switch', () => {
  test('arms with three keys', () => {
    const ui = dashboard();
    ui.press('k', 'enter', 'enter');
    expect(ui.effects).toEqual([
      { kind: 'killswitch', action: 'arm', reason: 'armed from the dashboard' },
    ]);
    expect(state(ui.model)).toMatchObject({ kind: 'killswitch', busy: true });
  });

  test('shows as done only what the daemon confirmed', () => {
    const ui = dashboard();
    ui.press('k');
    ui.write('key leaked');
    ui.press('enter', 'enter', 'enter', 'enter');
    expect(ui.effects).toHaveLength(1);
    expect(ui.effects[0]).toMatchObject({ reason: 'key leaked' });
    expect(state(ui.model)).not.toHaveProperty('outcome');
    const { sources } = armedState().killswitch;
    ui.tell({
      type: 'switched',
      action: 'arm',
      answer: { ok: true, body: { active: true, sources, sources_active: ['sentinel', 'http'] } },
    });
    expect(state(ui.model)).toMatchObject({ busy: false, outcome: { ok: true, holding: sources } });
    ui.press('enter');
    expect(state(ui.model)).toBeUndefined();
  });

  test('disarms only what was typed out', () => {
    const ui = dashboard(armedState());
    ui.effects.length = 0;
    ui.press('k', 'enter', 'enter', 'enter');
    expect(ui.effects).toEqual([]);
    expect(state(ui.model)).toMatchObject({ hint: 'type DISARM first' });
    ui.press('S-tab', 'S-tab');
    ui.write('DISARM');
    ui.press('enter', 'enter', 'enter');
    expect(ui.effects).toEqual([
      { kind: 'killswitch', action: 'disarm', reason: 'disarmed from the dashboard' },
    ]);
  });

  test('no paste presses a button or confirms', () => {
    const ui = dashboard();
    ui.tell({ type: 'paste', text: 'k hi\r\n' });
    expect(state(ui.model)).toBeUndefined();
    ui.press('k');
    ui.tell({ type: 'paste', text: 'because\r\n\r\n' });
    expect(state(ui.model)).toMatchObject({ field: 'reason', reason: { text: 'because ' } });
    ui.press('enter');
    ui.tell({ type: 'paste', text: '\r\n' });
    expect(ui.effects).toEqual([]);
    const armed = dashboard(armedState());
    armed.press('k');
    armed.tell({ type: 'paste', text: 'DISARM\r\n' });
    expect(state(armed.model)).toMatchObject({ confirm: { text: '' } });
  });

  test('a refusal is told, and may be tried again', () => {
    const ui = dashboard();
    ui.press('k', 'enter', 'enter');
    const error = { code: 'audit-unavailable', message: 'the disk is full', fix: 'free it' };
    ui.tell({ type: 'switched', action: 'arm', answer: { ok: false, error } });
    expect(state(ui.model)).toMatchObject({ busy: false, outcome: { ok: false, error } });
    ui.press('enter');
    expect(ui.effects).toHaveLength(2);
  });

  test('Escape leaves all as it is', () => {
    const ui = dashboard();
    ui.press('k', 'escape', 'q');
    expect(ui.effects).toEqual([{ kind: 'quit' }]);
  });
});

describe('read-only', () => {
  test.each(['k', 'r', 'v', 'e'])('%s asks nothing', (key) => {
    const ui = dashboard(busyState(), { ...SETTINGS, readOnly: true });
    ui.press(key);
    expect(ui.effects).toEqual([]);
    expect(state(ui.model)).toBeUndefined();
    expect(ui.model.toast?.text).toContain('read-only');
  });
});

describe('the tail', () => {
  const more = (ui: ReturnType<typeof dashboard>, count = 1): void => {
    for (let at = 0; at < count; at++) {
      const seq = (ui.model.activities.at(-1)?.seq ?? 0) + 1;
      ui.tell({
        type: 'activity',
        activity: { seq, ts: new Date(NOW).toISOString(), kind: 'out' },
      });
    }
  };

  test('stops when somebody scrolls, counts what comes, and goes on at the end', () => {
    const ui = dashboard();
    ui.press('up', 'up');
    const { selected } = ui.model.live;
    more(ui, 3);
    expect(ui.model.live).toMatchObject({ follow: false, selected, missed: 3 });
    ui.press('end');
    expect(ui.model.live).toMatchObject({ follow: true, missed: 0 });
    ui.press('t');
    expect(ui.model.live.follow).toBe(false);
    ui.press('t');
    expect(ui.model.live.follow).toBe(true);
  });

  test('keeps what the daemon keeps, and nothing twice', () => {
    const ui = dashboard();
    more(ui, 600);
    expect(ui.model.activities).toHaveLength(500);
    const last = ui.model.activities.at(-1);
    if (last !== undefined) ui.tell({ type: 'activity', activity: last });
    expect(ui.model.activities).toHaveLength(500);
  });

  test('filters, forgets the filter and takes it up again', () => {
    const ui = dashboard();
    ui.press('/');
    ui.write('dir:refused');
    ui.press('enter');
    expect(shownActivities(ui.model).every(({ kind }) => kind === 'refused')).toBe(true);
    expect(shownActivities(ui.model).length).toBeGreaterThan(0);
    ui.press('f');
    expect(shownActivities(ui.model)).toHaveLength(80);
    ui.press('f');
    expect(shownActivities(ui.model).length).toBeLessThan(80);
    ui.press('/', 'C-u', 'enter');
    expect(ui.model.live).toMatchObject({ filter: '', filtering: false });
  });

  test('Enter shows the activity under the cursor', () => {
    const ui = dashboard();
    ui.press('up', 'enter');
    expect(state(ui.model)).toMatchObject({ kind: 'detail', activity: { seq: 78 } });
  });
});

describe('alarms', () => {
  test('ring once, are acknowledged, and stay', () => {
    const ui = dashboard(armedState());
    expect(ui.effects).toEqual([{ kind: 'bell' }]);
    ui.tell({ type: 'alive' });
    expect(ui.effects).toHaveLength(1);
    expect(unseenAlarms(ui.model)).toHaveLength(1);
    ui.press('!');
    expect(state(ui.model)).toMatchObject({ kind: 'alarms' });
    expect(unseenAlarms(ui.model)).toHaveLength(0);
    expect(standingAlarms(ui.model)).toHaveLength(1);
  });

  test('a bell that is off is silent', () => {
    const ui = dashboard();
    ui.press('b');
    ui.tell({ type: 'state', state: armedState(), by: 'events' });
    expect(ui.effects).toEqual([]);
  });

  const RAISED = ['unknown-placeholder', 'reload-refused', 'types-disabled', 'audit-unavailable'];
  const raised = (code: string): Partial<DaemonState> => {
    const since = '2026-11-25T12:00:00Z';
    return { alarms: [{ code: code as never, message: 'm', since, last: since, count: 2 }] };
  };
  const { chain, counters_5m: counters } = busyState();
  const cases: readonly (readonly [string, Partial<DaemonState>, string])[] = [
    [
      'a broken chain',
      { chain: { ...chain, intact: false, poisoned: 'no space' } },
      'CHAIN BROKEN',
    ],
    [
      'a slow proxy',
      { counters_5m: { ...counters, added_latency_ms: { count: 50, p50: 9, p99: 800 } } },
      'SLOW',
    ],
    ...RAISED.map((code) => [code, raised(code), ''] as const),
  ];
  test.each(cases)('%s', (_name, changes, title) => {
    const ui = dashboard(busyState(changes));
    expect(standingAlarms(ui.model)).toHaveLength(1);
    expect(standingAlarms(ui.model)[0]?.title).toContain(title);
    expect(ui.effects).toEqual([{ kind: 'bell' }]);
  });

  test('how slow is too slow, config.yaml says, or whoever opens the dashboard', () => {
    const added_latency_ms = { count: 50, p50: 9, p99: 300 };
    const slow = busyState({ counters_5m: { ...counters, added_latency_ms } });
    const titles = (state: DaemonState, settings = SETTINGS): readonly string[] =>
      standingAlarms(dashboard(state, settings).model).map(({ title }) => title);
    expect(titles(slow)).toEqual(['SLOW']);
    expect(titles({ ...slow, latency_budget_ms: 400 })).toEqual([]);
    expect(titles({ ...slow, latency_budget_ms: 400 }, { ...SETTINGS, budget: 200 })).toEqual([
      'SLOW',
    ]);
  });

  test('an alarm that this dashboard does not know is shown all the same', () => {
    const since = '2026-11-25T12:00:00Z';
    const alarm = { code: 'signer-silent', message: 'for 12 s', since, last: since, count: 1 };
    const ui = dashboard(busyState({ alarms: [alarm as never] }));
    expect(standingAlarms(ui.model)[0]?.text).toBe('for 12 s');
  });
});

describe('a daemon that is gone', () => {
  test('leaves no figure behind, and rings once', () => {
    const ui = dashboard();
    ui.tell({ type: 'offline', reason: 'gone', retryAt: 0 });
    ui.tell({ type: 'offline', reason: 'gone', retryAt: 0 }, NOW + 900);
    expect(ui.model).toMatchObject({
      facts: undefined,
      activities: [],
      link: { kind: 'offline', since: NOW },
    });
    expect(ui.effects).toEqual([{ kind: 'bell' }]);
    ui.press('k', 'r', 'e', 'v');
    expect(ui.effects).toHaveLength(1);
    ui.tell({ type: 'state', state: busyState(), by: 'events' });
    expect(standingAlarms(ui.model)).toEqual([]);
  });

  test('is missed also where only silence tells', () => {
    const ui = dashboard();
    ui.tell({ type: 'tick' }, NOW + 9000);
    expect(ui.model.link.kind).toBe('up');
    ui.tell({ type: 'tick' }, NOW + 11_000);
    expect(ui.model.link).toMatchObject({
      kind: 'offline',
      reason: 'the daemon does not answer',
      fix: HANGS,
      pid: busyState().pid,
    });
    expect(standingAlarms(ui.model)[0]?.fix).toBe(HANGS);
  });

  test('changes without a state before them are nothing', () => {
    const ui = dashboard('unknown');
    ui.tell({ type: 'change', members: { uptime_seconds: 4 } });
    expect(ui.model.facts).toBeUndefined();
  });
});

describe('evidence', () => {
  test('names an absolute file and days', () => {
    const ui = dashboard();
    ui.press('e', 'S-tab');
    ui.press('C-u');
    ui.write('out.tar.gz');
    ui.press('S-tab', 'S-tab', 'S-tab', 'right', 'right');
    ui.press('S-tab', 'S-tab', 'enter');
    expect(ui.effects).toEqual([
      { kind: 'export', body: { out: '/home/op/work/out.tar.gz', since: '2026-11-19' } },
    ]);
  });

  test('asks before it replaces a file', () => {
    const ui = dashboard();
    ui.press('e', 'enter');
    const error = { code: 'file-exists', message: 'it is there' };
    ui.tell({ type: 'exported', answer: { ok: false, error } });
    expect(state(ui.model)).toMatchObject({ phase: 'asks' });
    ui.press('o');
    expect(ui.effects.at(-1)).toMatchObject({ kind: 'export', body: { overwrite: true } });
  });

  test('a day that is none is told at once', () => {
    const ui = dashboard();
    ui.press('e', 'tab', 'tab', 'tab');
    ui.write('yesterday');
    ui.press('S-tab', 'S-tab', 'S-tab', 'enter');
    expect(ui.effects).toEqual([]);
    expect(state(ui.model)).toMatchObject({ error: { message: 'yesterday is no day' } });
  });
});
