import { describe, expect, test } from 'vitest';
import type { SessionRow } from '../../../lib/control/session-rows.ts';
import type { Message } from '../../../tui/model/message.ts';
import { HANGS, type Model } from '../../../tui/model/model.ts';
import { ASCII, UNICODE } from '../../../tui/theme/glyphs.ts';
import { THEME_NAMES, THEMES } from '../../../tui/theme/themes.ts';
import { canvasText } from '../../../tui/view/canvas.ts';
import { drawFrame } from '../../../tui/view/frame.ts';
import { armedState, busyState, NOW, quietState } from '../fixture.ts';
import { modelAfter } from '../show.ts';

const OFFLINE: Message = { type: 'offline', reason: 'Waterwall is not running', retryAt: 0 };
const REFUSED = {
  code: 'config-invalid',
  message: 'patterns.yaml: no such type',
  fix: 'mend it',
  details: { line: 4 },
};

/** Every state that somebody may look at. */
const SCENES: Readonly<Record<string, () => Model>> = {
  normal: () => modelAfter(busyState()),
  connecting: () => modelAfter(undefined),
  offline: () => modelAfter(undefined, [OFFLINE]),
  armed: () => modelAfter(armedState()),
  zoomed: () => modelAfter(busyState(), ['2', 'z']),
  scrolled: () => modelAfter(busyState(), ['up', 'pageup', 'up']),
  filtering: () => modelAfter(busyState(), ['/', 'type:JWT -clean']),
  arm: () => modelAfter(busyState(), ['k', 'a reason']),
  disarm: () => modelAfter(armedState(), ['k', 'DISARM']),
  verify: () => modelAfter(busyState(), ['v']),
  export: () => modelAfter(busyState(), ['e']),
  reload: () =>
    modelAfter(busyState(), ['r', { type: 'reloaded', answer: { ok: false, error: REFUSED } }]),
  detail: () => modelAfter(busyState(), ['up', 'up', 'enter']),
  alarms: () => modelAfter(armedState(), ['!']),
  help: () => modelAfter(busyState(), ['?']),
  empty: () => modelAfter(quietState()),
  sessions: () => modelAfter(busyState(), ['6', 'z']),
};
const models = Object.entries(SCENES).map(([name, make]) => [name, make()] as const);

const frameOf = (model: Model, width: number, height: number, glyphs = UNICODE) =>
  drawFrame({ model, now: NOW, glyphs, bright: true }, THEMES.cyberpunk, width, height);

test('every size from 1×1 to 200×60 can be drawn, and no pane leaves its frame', () => {
  for (let width = 1; width <= 200; width++) {
    for (let height = 1; height <= 60; height++) {
      const [name, model] = models[
        (width * 7 + height * 3) % models.length
      ] as (typeof models)[number];
      const { canvas, layout } = frameOf(model, width, height);
      const fits = layout.parts.every(
        ([, { x, y, width: w, height: h }]) =>
          x >= 0 && y >= 0 && w > 2 && h > 2 && x + w <= width && y + h <= height,
      );
      if (!fits) throw new Error(`${name} at ${width}x${height}: ${JSON.stringify(layout)}`);
      if (model.modal !== undefined) continue;
      for (const [part, rect] of layout.parts) {
        for (let y = rect.y + 1; y < rect.y + rect.height - 1; y++) {
          const sides = [rect.x, rect.x + rect.width - 1].map((x) => canvas.chars[y * width + x]);
          if (!sides.every((side) => side === '│' || side === '┃')) {
            throw new Error(
              `${name} at ${width}x${height}: ${part} leaves its frame\n${canvasText(canvas)}`,
            );
          }
        }
      }
    }
  }
}, 120_000);

test.each(Object.keys(SCENES))('%s can be drawn at the sizes where the layout changes', (name) => {
  const model = (SCENES[name] as () => Model)();
  for (const width of [1, 2, 3, 5, 10, 39, 40, 49, 50, 79, 80, 109, 120, 169, 170, 200, 400]) {
    for (const height of [1, 2, 3, 4, 7, 10, 11, 12, 23, 24, 30, 40, 44, 45, 60, 120]) {
      expect(frameOf(model, width, height).canvas.chars).toHaveLength(width * height);
    }
  }
});

test('parts never lie over one another', () => {
  for (const [width, height] of [
    [80, 24],
    [97, 31],
    [120, 40],
    [170, 45],
    [200, 60],
    [300, 100],
  ] as const) {
    for (const model of [
      modelAfter(busyState()),
      modelAfter(armedState()),
      modelAfter(busyState(), ['z']),
    ]) {
      const taken = new Set<number>();
      for (const [, { x, y, width: w, height: h }] of frameOf(model, width, height).layout.parts) {
        for (let row = y; row < y + h; row++) {
          for (let column = x; column < x + w; column++) {
            const cell = row * width + column;
            expect(taken.has(cell)).toBe(false);
            taken.add(cell);
          }
        }
      }
    }
  }
});

describe('what somebody sees who has never seen it', () => {
  test.each([
    [40, 10],
    [80, 24],
    [120, 40],
    [200, 60],
  ] as const)('at %i×%i', (width, height) => {
    const well = canvasText(frameOf(modelAfter(busyState()), width, height).canvas);
    expect(well).toContain('ALL WELL');
    expect(well).toContain('kill switch');
    // What was redacted, and in which session.
    expect(well).toMatch(/8c1f02ab.*AWS_ACCESS_KEY/);
    const armed = canvasText(frameOf(modelAfter(armedState()), width, height).canvas);
    expect(armed).toContain('STOPPED');
    expect(armed.split('\n')[0]).toContain('KILL SWITCH ENGAGED');
    const gone = canvasText(frameOf(modelAfter(undefined, [OFFLINE]), width, height).canvas);
    expect(gone).toContain('OFFLINE');
    expect(gone).not.toMatch(/ALL WELL|redacted\/min|84 281/);
  });

  test('silence makes figures doubtful', () => {
    const model = modelAfter(busyState());
    const view = { model, now: NOW + 4000, glyphs: UNICODE, bright: true };
    expect(canvasText(drawFrame(view, THEMES.cyberpunk, 80, 24).canvas)).toContain('STALE 4s');
  });
});

describe('small screens', () => {
  const at = (model: Model): string => canvasText(frameOf(model, 40, 10).canvas);

  test('a pane that is asked for is shown, where there is only a strip else', () => {
    expect(at(modelAfter(busyState(), ['2']))).not.toContain('COUNTERS');
    expect(at(modelAfter(busyState(), ['2', 'z']))).toMatch(/2 COUNTERS[\s\S]*added p99 ms/);
  });

  test('the strip shows the cursor, and a filter at work', () => {
    expect(at(modelAfter(busyState(), ['up', 'up']))).toContain('▸12:04');
    expect(at(modelAfter(busyState(), ['/', 'type:PRIVATE']))).not.toContain('answered');
  });

  test('the alarm bar leaves a modal its title; the form to disarm is all in view', () => {
    const text = at(modelAfter(armedState(), ['k', 'DISARM']));
    expect(text).toMatch(/ENGAGED.*\n.*KILL SWITCH ARMED/);
    for (const part of ['REOPENS', 'Confirm', 'Reason', 'DISARM http', 'Cancel']) {
      expect(text).toContain(part);
    }
  });

  test('who has seen nothing yet is told how to begin', () => {
    expect(at(modelAfter(quietState()))).toContain('waterwall run -- claude');
    expect(at(modelAfter(undefined, [OFFLINE]))).toContain('waterwall up --detach');
  });
});

describe('a daemon that is there and does not answer', () => {
  const SILENT: Message = { ...OFFLINE, reason: 'the daemon does not answer', fix: HANGS };
  test.each([
    [40, 10],
    [80, 24],
    [200, 60],
  ] as const)('is not to be started, at %i×%i', (width, height) => {
    const text = canvasText(frameOf(modelAfter(busyState(), [SILENT]), width, height).canvas);
    expect(text).toMatch(/as process \d+/);
    expect(text).toMatch(/kill\s+-CONT/);
    expect(text).not.toContain('up --detach');
  });
});

test('a session alone on the screen tells every field that the state has', () => {
  const text = canvasText(frameOf(modelAfter(busyState(), ['6', 'z']), 120, 40).canvas);
  for (const part of [
    '8c1f02ab-77d1-4c1e-9d54-0a12c3d4e5f6  claude → api.anthropic.com',
    'sent 412',
    'answered 409',
    'under way 2',
    'redacted 188',
    'restored 180',
    'unknown placeholders 0',
    'since ',
    'last minute',
    'EMAIL×88',
  ]) {
    expect(text).toContain(part);
  }
});

test('what the daemon confirmed names its audit line, once that is on the disk', () => {
  const outcome = (last_change_line: number): string => {
    const { killswitch } = busyState();
    const answer = { ok: true, body: { ...killswitch, sources_active: [] } } as const;
    const after: Message = {
      type: 'change',
      members: { killswitch: { ...killswitch, last_change_line } },
    };
    const model = modelAfter(armedState(), [
      'k',
      { type: 'switched', action: 'disarm', answer },
      after,
    ]);
    return canvasText(frameOf(model, 80, 24).canvas);
  };
  expect(outcome(84_301)).toContain('confirmed by the daemon, audit line 84 301');
  expect(outcome(84_270)).not.toContain('audit line');
});

test('sessions keep their places; what was kept back, and who still talks, comes first', () => {
  const [a, b, c] = busyState().sessions as [SessionRow, SessionRow, SessionRow];
  const old = new Date(NOW - 3_600_000).toISOString();
  const order = (sessions: readonly SessionRow[]): readonly string[] => {
    const text = canvasText(frameOf(modelAfter(busyState({ sessions })), 120, 40).canvas);
    const [, pane = ''] = text.split('ACTIVE SESSIONS');
    return [...pane.matchAll(/(8c1f02ab|e77d19c0|03b2aa51)/g)].map(([id]) => id);
  };
  expect(order([c, b, a])).toEqual(['8c1f02ab', 'e77d19c0', '03b2aa51']);
  const spoke = { ...c, last_ts: new Date(NOW).toISOString() };
  expect(order([a, spoke, b])).toEqual(['8c1f02ab', 'e77d19c0', '03b2aa51']);
  expect(order([{ ...a, last_ts: old }, b, c])).toEqual(['e77d19c0', '03b2aa51', '8c1f02ab']);
});

test('without colours, what is behind a modal is left out', () => {
  const model = modelAfter(busyState(), ['k']);
  const view = { model, now: NOW, glyphs: UNICODE, bright: true };
  const text = canvasText(drawFrame(view, THEMES.mono, 80, 24).canvas);
  expect(text).toContain('STOP ALL TRAFFIC');
  expect(text).not.toContain('LIVE ACTIVITY');
});

test('ASCII means ASCII', () => {
  for (const [, model] of models) {
    expect(canvasText(frameOf(model, 120, 40, ASCII).canvas)).toMatch(/^[\n -~]*$/);
  }
});

test.each(THEME_NAMES)('%s never has text in the colour of its ground', (name) => {
  const { roles, grounds } = THEMES[name];
  for (const ground of Object.values(grounds)) {
    for (const style of Object.values(roles)) {
      const ink = ground.text?.ink ?? style.ink;
      const paper = ground.paper ?? grounds.ground.paper;
      if (ink !== undefined && paper !== undefined && ground !== grounds.bar) {
        expect(ink.slot).not.toBe(paper.slot);
      }
    }
  }
});

test.each(THEME_NAMES)('%s has one colour for each slot of the palette', (name) => {
  const { roles, grounds } = THEMES[name];
  const inks = [
    ...Object.values(roles).map(({ ink }) => ink),
    ...Object.values(grounds).flatMap(({ paper, text }) => [paper, text?.ink]),
  ].filter((ink) => ink !== undefined);
  const bySlot = new Map(inks.map(({ slot, rgb }) => [slot, rgb]));
  expect(inks.filter(({ slot, rgb }) => bySlot.get(slot) !== rgb)).toEqual([]);
});

test('a daemon of another version costs a pane, not the kill switch', () => {
  const { signer: _, ...older } = busyState();
  const model = modelAfter(older as never, []);
  const text = canvasText(frameOf(model, 120, 40).canvas);
  expect(text).toContain('the daemon is of another ver');
  expect(text).toContain('3 KILL SWITCH');
  expect(canvasText(frameOf(modelAfter(older as never, ['k']), 120, 40).canvas)).toContain(
    'STOP ALL',
  );
});
