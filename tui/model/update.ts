import type { DaemonState } from '../../lib/control/daemon-state.ts';
import { unseenAlarms } from './alarms.ts';
import { clicked } from './click.ts';
import { inserted } from './editor.ts';
import { exported, exportGoesOn, pasteIntoExport } from './evidence.ts';
import { pressed } from './keys.ts';
import { pasteIntoSwitch, switched } from './kill-switch.ts';
import { moveCursor, withActivity } from './live.ts';
import type { Effect, Message, Step } from './message.ts';
import type { Modal } from './modal.ts';
import { GONE_AFTER, HANGS, KEPT, type Model, type Pace } from './model.ts';
import { verificationGoesOn, verified } from './verification.ts';

/** What becomes of the dashboard by something that happened; `now` in milliseconds. */
export function update(model: Model, message: Message, now: number): Step<Model> {
  const [next, ...effects] = react(model, message, now);
  return rung(next, effects);
}

function react(model: Model, message: Message, now: number): Step<Model> {
  switch (message.type) {
    case 'state':
      return [withState({ ...model, activities: [] }, message.state, message.by, now)];
    case 'change':
      return [withMembers(heard(model, now), message.members, now)];
    case 'activity':
      return [withActivity(heard(model, now), message.activity)];
    case 'alive':
      return [heard(model, now)];
    case 'offline':
      return [offline(model, message, now)];
    case 'key':
      return pressed(model, message.key, message.limits, now);
    case 'paste':
      return [pasted(model, message.text)];
    case 'click':
      return clicked(model, message, now);
    case 'wheel':
      return [wheeled(model, message)];
    case 'tick':
      return [ticked(model, now)];
    default:
      return [inModal(model, message, now)];
  }
}

function withState(model: Model, state: DaemonState, by: 'events' | 'polling', now: number): Model {
  const { activities, ...facts } = state;
  const pace = paced(model.pace, facts.chain.length, now);
  return {
    ...model,
    link: { kind: 'up', by, heardAt: now },
    lastSeen: now,
    facts,
    pace,
    activities: activities.slice(-KEPT),
  };
}

function withMembers(model: Model, members: Partial<DaemonState>, now: number): Model {
  if (model.facts === undefined) return model;
  const { activities: _, ...changed } = members;
  const facts = { ...model.facts, ...changed };
  return { ...model, facts, pace: paced(model.pace, facts.chain.length, now) };
}

function heard(model: Model, now: number): Model {
  if (model.link.kind !== 'up') return model;
  return { ...model, link: { ...model.link, heardAt: now }, lastSeen: now };
}

/** Nobody is there: nothing of what was true is shown any more. */
function offline(
  model: Model,
  { reason, retryAt, fix }: Omit<Extract<Message, { type: 'offline' }>, 'type'>,
  now: number,
): Model {
  const before = model.link.kind === 'offline' ? model.link : undefined;
  const since = before?.since ?? now;
  const pid = model.facts?.pid ?? before?.pid;
  return {
    ...model,
    link: { kind: 'offline', since, reason, retryAt, fix, pid },
    facts: undefined,
    activities: [],
    pace: undefined,
  };
}

function paced(before: Pace | undefined, length: number, now: number): Pace {
  if (before === undefined || length < before.length)
    return { length, at: now, perSecond: undefined };
  const passed = now - before.at;
  if (passed < PACE_WINDOW) return before;
  return { length, at: now, perSecond: ((length - before.length) / passed) * 1000 };
}

const PACE_WINDOW = 5000;

/** The connection may be open though nobody answers any more. */
function ticked(model: Model, now: number): Model {
  const toast = model.toast !== undefined && model.toast.until <= now ? undefined : model.toast;
  const calm = toast === model.toast ? model : { ...model, toast };
  const { link } = calm;
  if (link.kind !== 'up' || now - link.heardAt < GONE_AFTER) return calm;
  const told = { reason: 'the daemon does not answer', retryAt: now, fix: HANGS };
  return offline(calm, told, now);
}

function pasted(model: Model, text: string): Model {
  if (model.prompt !== undefined) return { ...model, prompt: inserted(model.prompt, text) };
  const { modal } = model;
  if (modal?.kind === 'killswitch') return { ...model, modal: pasteIntoSwitch(modal, text) };
  if (modal?.kind === 'export') return { ...model, modal: pasteIntoExport(modal, text) };
  return model;
}

function wheeled(model: Model, { pane, by, limits }: Extract<Message, { type: 'wheel' }>): Model {
  if (model.modal !== undefined) return model;
  if (pane === 'live') return moveCursor(model, by);
  const at = Math.min(limits[pane] ?? 0, Math.max(0, (model.scroll[pane] ?? 0) + by));
  return { ...model, scroll: { ...model.scroll, [pane]: at } };
}

/** Answers go to the modal that asked, if it still stands there. */
function inModal(model: Model, message: Message, now: number): Model {
  const modal = answeredModal(model.modal, message, now);
  return modal === model.modal ? model : { ...model, modal };
}

function answeredModal(modal: Modal | undefined, message: Message, now: number): Modal | undefined {
  switch (message.type) {
    case 'switched':
      return modal?.kind === 'killswitch'
        ? switched(modal, message.action, message.answer, now)
        : modal;
    case 'reloaded': {
      if (modal?.kind !== 'reload') return modal;
      const { answer } = message;
      return answer.ok
        ? { kind: 'reload', result: answer.body }
        : { kind: 'reload', error: answer.error };
    }
    case 'verify-progress':
      return modal?.kind === 'verify' ? verificationGoesOn(modal, message.progress) : modal;
    case 'verified':
      return modal?.kind === 'verify' ? verified(modal, message.answer, now) : modal;
    case 'export-progress':
      return modal?.kind === 'export' ? exportGoesOn(modal, message.progress) : modal;
    case 'exported':
      return modal?.kind === 'export' ? exported(modal, message.answer) : modal;
    default:
      return modal;
  }
}

/** The bell rings once an alarm. */
function rung(model: Model, effects: readonly Effect[]): Step<Model> {
  const fresh = unseenAlarms(model).filter(({ key }) => !model.rung.has(key));
  if (fresh.length === 0) return [model, ...effects];
  const next = { ...model, rung: new Set([...model.rung, ...fresh.map(({ key }) => key)]) };
  return model.bell ? [next, ...effects, { kind: 'bell' }] : [next, ...effects];
}
