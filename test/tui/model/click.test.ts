import { describe, expect, test } from 'vitest';
import type { Effect } from '../../../tui/model/message.ts';
import type { Model } from '../../../tui/model/model.ts';
import { update } from '../../../tui/model/update.ts';
import { UNICODE } from '../../../tui/theme/glyphs.ts';
import { THEMES } from '../../../tui/theme/themes.ts';
import { drawFrame } from '../../../tui/view/frame.ts';
import { armedState, busyState, NOW } from '../fixture.ts';
import { modelAfter } from '../show.ts';

/** Clicks on the first cell of what a click does that to, as it stands on the screen. */
function click(model: Model, hit: string): { model: Model; effects: readonly Effect[] } {
  const view = { model, now: NOW, glyphs: UNICODE, bright: true };
  const { canvas } = drawFrame(view, THEMES.cyberpunk, 120, 40);
  const zone = canvas.hits.findLast((each) => each.hit === hit);
  if (zone === undefined) throw new Error(`nothing to click on: ${hit}`);
  const message = { type: 'click', pane: undefined, hit: zone.hit, limits: {} } as const;
  const [next, ...effects] = update(model, message, NOW);
  return { model: next, effects };
}

describe('a mouse', () => {
  test('stops everything: the key in the footer, then the button', () => {
    const asked = click(modelAfter(busyState()), 'k').model;
    expect(asked.modal?.kind).toBe('killswitch');
    const { effects } = click(asked, 'button:fire');
    expect(effects).toEqual([
      { kind: 'killswitch', action: 'arm', reason: 'armed from the dashboard' },
    ]);
  });

  test('lets nothing out that has not been confirmed by typing', () => {
    const asked = click(modelAfter(armedState()), 'k').model;
    const { model, effects } = click(asked, 'button:fire');
    expect(effects.filter(({ kind }) => kind === 'killswitch')).toEqual([]);
    expect(model.modal).toMatchObject({ hint: 'type DISARM first' });
  });

  test('goes to fields, turns what can be turned, presses the keys of a hint', () => {
    const form = click(modelAfter(busyState()), 'e').model;
    expect(click(form, 'field:out').model.modal).toMatchObject({ field: 'out' });
    expect(click(form, 'button:range').model.modal).toMatchObject({ range: 'today' });
    expect(click(form, 'escape').model.modal).toBeUndefined();
    expect(click(form, 'button:cancel').model.modal).toBeUndefined();
    expect(click(form, 'button:fire').effects).toMatchObject([{ kind: 'export' }]);
  });

  test('goes to an activity, and at the second click into it', () => {
    const there = click(modelAfter(busyState()), 'row:70').model;
    expect(there.live).toMatchObject({ follow: false, selected: 70 });
    expect(click(there, 'row:70').model.modal).toMatchObject({ activity: { seq: 70 } });
  });

  test('acknowledges an alarm, but not through a modal', () => {
    expect(click(modelAfter(armedState()), '!').model.modal?.kind).toBe('alarms');
    const asked = modelAfter(armedState(), ['k']);
    expect(click(asked, '!').model).toEqual(asked);
  });

  test('reaches nothing behind a modal', () => {
    expect(() => click(modelAfter(busyState(), ['?']), 'row:70')).toThrow('nothing to click on');
  });
});
