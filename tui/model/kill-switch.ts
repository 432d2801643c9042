import type { KillSwitchAnswer } from '../../lib/control/admin-routes.ts';
import { editorOf, inserted, type Key, typed } from './editor.ts';
import type { Answer, Step } from './message.ts';
import type { KillSwitchModal, SwitchField } from './modal.ts';
import type { Facts } from './model.ts';

/** What must be typed before egress is opened again. */
export const CONFIRMATION = 'DISARM';

const FIELDS: Readonly<Record<KillSwitchModal['action'], readonly SwitchField[]>> = {
  arm: ['reason', 'fire', 'cancel'],
  disarm: ['confirm', 'reason', 'fire', 'cancel'],
};

/** The question as it is first asked: to stop everything, or to let it go on. */
export function askSwitch(facts: Facts): KillSwitchModal {
  const action = facts.killswitch.active ? 'disarm' : 'arm';
  return {
    kind: 'killswitch',
    action,
    field: FIELDS[action][0] as SwitchField,
    confirm: editorOf(),
    reason: editorOf(),
    busy: false,
    lineBefore: facts.killswitch.last_change_line,
  };
}

/** Whether the button may be pressed. Stopping needs no permission. */
export function mayFire({ action, confirm, busy }: KillSwitchModal): boolean {
  return !busy && (action === 'arm' || confirm.text === CONFIRMATION);
}

/** @returns undefined where the modal closes */
export function pressInSwitch(modal: KillSwitchModal, key: Key): Step<KillSwitchModal | undefined> {
  if (key.name === 'escape') return [undefined];
  if (modal.outcome !== undefined && !modal.busy && modal.outcome.ok) {
    return key.name === 'enter' || key.name === 'q' ? [undefined] : [modal];
  }
  const { hint: _, ...calm } = modal;
  switch (key.name) {
    case 'tab':
    case 'down':
      return [{ ...calm, field: neighbour(modal, 1) }];
    case 'S-tab':
    case 'up':
      return [{ ...calm, field: neighbour(modal, -1) }];
    case 'enter':
      return entered(calm);
    default:
      return [edited(calm, key)];
  }
}

/**
 * What is pasted is text: it goes into the reason, presses nothing, and is no confirmation.
 */
export function pasteIntoSwitch(modal: KillSwitchModal, text: string): KillSwitchModal {
  if (modal.field === 'reason') return { ...modal, reason: inserted(modal.reason, text) };
  return {
    ...modal,
    hint:
      modal.field === 'confirm' ? 'type it: a paste confirms nothing' : 'a paste presses nothing',
  };
}

/** What the daemon said. */
export function switched(
  modal: KillSwitchModal,
  action: 'arm' | 'disarm',
  answer: Answer<KillSwitchAnswer>,
  now: number,
): KillSwitchModal {
  if (!answer.ok) return { ...modal, busy: false, outcome: answer };
  return {
    ...modal,
    busy: false,
    outcome: { ok: true, at: now, action, holding: answer.body.sources },
  };
}

function entered(modal: KillSwitchModal): Step<KillSwitchModal | undefined> {
  if (modal.field === 'cancel') return [undefined];
  if (modal.field !== 'fire') return [{ ...modal, field: neighbour(modal, 1) }];
  if (!mayFire(modal)) {
    const hint = modal.busy ? 'the daemon has not answered yet' : `type ${CONFIRMATION} first`;
    return [{ ...modal, hint }];
  }
  const reason = modal.reason.text.trim() || `${modal.action}ed from the dashboard`;
  const { outcome: _, ...asked } = modal;
  return [
    { ...asked, busy: true },
    { kind: 'killswitch', action: modal.action, reason },
  ];
}

function edited(modal: KillSwitchModal, key: Key): KillSwitchModal {
  if (modal.field !== 'reason' && modal.field !== 'confirm') return modal;
  const next = typed(modal[modal.field], key);
  return next === undefined ? modal : { ...modal, [modal.field]: next };
}

function neighbour({ action, field }: KillSwitchModal, by: number): SwitchField {
  const fields = FIELDS[action];
  return fields[(fields.indexOf(field) + by + fields.length) % fields.length] as SwitchField;
}
