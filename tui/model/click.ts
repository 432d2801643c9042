import type { Hit } from '../text/line.ts';
import type { Key } from './editor.ts';
import { pressed } from './keys.ts';
import type { Message, Step } from './message.ts';
import type { Modal } from './modal.ts';
import type { Model } from './model.ts';

/** What a click does: what the keys would do that lead there. */
export function clicked(
  model: Model,
  { pane, hit, limits }: Extract<Message, { type: 'click' }>,
  now: number,
): Step<Model> {
  const press = (from: Model, name: string): Step<Model> => pressed(from, keyOf(name), limits, now);
  const [kind, name] = partsOf(hit);
  const { modal } = model;
  if (modal !== undefined) {
    // The bar above a modal opens another one.
    if (kind === 'key') return name === '!' ? [model] : press(model, name);
    const there = { ...model, modal: atField(modal, name) };
    if (kind === 'field') return [there];
    // What is chosen by turning it is turned; a button is pressed.
    return kind === 'button' ? press(there, name === 'range' ? 'right' : 'enter') : [model];
  }
  if (kind === 'row') return onRow(model, Number(name), (from) => press(from, 'enter'));
  if (kind === 'key') return press(model, name);
  return [pane === undefined ? model : { ...model, focus: pane }];
}

/** The first click goes there, the second looks closer. */
function onRow(model: Model, seq: number, open: (from: Model) => Step<Model>): Step<Model> {
  const { live } = model;
  const there: Model = {
    ...model,
    focus: 'live',
    live: { ...live, follow: false, selected: seq, missed: live.follow ? 0 : live.missed },
  };
  return !live.follow && live.selected === seq ? open(there) : [there];
}

function atField(modal: Modal, field: string): Modal {
  // While the daemon works there is nothing to choose.
  const waits =
    (modal.kind === 'killswitch' && modal.outcome?.ok === true) ||
    (modal.kind === 'export' && modal.phase !== 'form');
  return waits || !('field' in modal) ? modal : ({ ...modal, field } as Modal);
}

function partsOf(hit: Hit | undefined): readonly [kind: string, name: string] {
  if (hit === undefined) return ['', ''];
  const [, kind, name] = /^(field|button|row):(.+)$/.exec(hit) ?? [];
  return kind === undefined || name === undefined ? ['key', hit] : [kind, name];
}

function keyOf(name: string): Key {
  return { name, text: [...name].length === 1 ? name : '' };
}
