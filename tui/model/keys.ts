import { standingAlarms } from './alarms.ts';
import { editorOf, type Key, typed } from './editor.ts';
import { askExport, pressInExport } from './evidence.ts';
import { askSwitch, pressInSwitch } from './kill-switch.ts';
import { cursorIn, following, moveCursor, pausedAt, shownActivities } from './live.ts';
import type { ScrollLimits, Step } from './message.ts';
import type { Modal } from './modal.ts';
import { type Model, PANES, type Pane, type Toast } from './model.ts';
import { pressInVerification, startVerification } from './verification.ts';

const PAGE = 10;
const TOAST_LASTS = 4000;

/** What a key does: the modal has it first, then the filter that is being typed, then the panes. */
export function pressed(model: Model, key: Key, limits: ScrollLimits, now: number): Step<Model> {
  if (key.name === 'C-c') return [model, { kind: 'quit' }];
  if (key.name === 'C-l') return [model, { kind: 'redraw' }];
  if (model.modal !== undefined) return inModal(model, model.modal, key, now);
  if (model.prompt !== undefined) return inPrompt(model, key);
  return inPanes(model, key, limits, now);
}

function inModal(model: Model, modal: Modal, key: Key, now: number): Step<Model> {
  const [next, ...effects] = stepModal(model, modal, key, now);
  return [{ ...model, modal: next }, ...effects];
}

function stepModal(model: Model, modal: Modal, key: Key, now: number): Step<Modal | undefined> {
  switch (modal.kind) {
    case 'killswitch':
      return pressInSwitch(modal, key);
    case 'verify':
      return pressInVerification(modal, key, now);
    case 'export':
      return pressInExport(modal, key, model.settings, now);
    case 'reload':
      return CLOSING.has(key.name) ? [undefined] : [modal];
    default:
      return inReading(modal, key);
  }
}

const CLOSING: ReadonlySet<string> = new Set(['escape', 'enter', 'q']);

type Reading = Extract<Modal, { readonly scroll: number }>;

/** Help, details and alarms are read: what does not scroll them closes them. */
function inReading(modal: Reading, key: Key): Step<Modal | undefined> {
  const by = SCROLLS[key.name];
  if (by !== undefined) return [{ ...modal, scroll: Math.max(0, modal.scroll + by) }];
  return modal.kind === 'help' || CLOSING.has(key.name) ? [undefined] : [modal];
}

const SCROLLS: Readonly<Record<string, number>> = {
  up: -1,
  down: 1,
  pageup: -PAGE,
  pagedown: PAGE,
};

/** The filter is seen at work while it is typed. */
function inPrompt(model: Model, key: Key): Step<Model> {
  if (model.prompt === undefined || key.name === 'escape') return [{ ...model, prompt: undefined }];
  if (key.name === 'enter') {
    const filter = model.prompt.text.trim();
    const live = { ...following(model.live), filter, filtering: filter !== '' };
    return [{ ...model, prompt: undefined, live, focus: 'live' }];
  }
  const prompt = typed(model.prompt, key);
  return [prompt === undefined ? model : { ...model, prompt }];
}

function inPanes(model: Model, key: Key, limits: ScrollLimits, now: number): Step<Model> {
  const by = moves(key.name);
  if (by !== undefined) return [moved(model, by, limits)];
  const pane = PANES[Number(key.name) - 1];
  if (pane !== undefined) return [{ ...model, focus: pane }];
  switch (key.name) {
    case 'q':
      return [model, { kind: 'quit' }];
    case 'k':
    case 'r':
    case 'e':
    case 'v':
      return asked(model, key.name, now);
    case 't': {
      const live = model.live.follow ? pausedAt(model) : following(model.live);
      return [{ ...model, live, focus: 'live' }];
    }
    case '/':
      return [{ ...model, prompt: editorOf(model.live.filter) }];
    case 'f': {
      const { live } = model;
      if (live.filter === '')
        return [told(model, 'no filter yet: press / to type one', 'warn', now)];
      return [{ ...model, live: { ...following(live), filtering: !live.filtering } }];
    }
    case 'z':
      return [{ ...model, zoom: !model.zoom }];
    case 'tab':
      return [{ ...model, focus: beside(model.focus, 1) }];
    case 'S-tab':
      return [{ ...model, focus: beside(model.focus, -1) }];
    case 'escape':
      return [model.zoom ? { ...model, zoom: false } : { ...model, live: following(model.live) }];
    case 'enter':
      return opened(model, now);
    case '!':
      return acknowledged(model, now);
    case '?':
    case 'h':
      return [{ ...model, modal: { kind: 'help', scroll: 0 } }];
    case 'b': {
      const bell = !model.bell;
      return [told({ ...model, bell }, `bell ${bell ? 'on' : 'off'}`, 'ok', now)];
    }
    case 'm': {
      const mouse = !model.mouse;
      const text = mouse ? 'mouse on: click, wheel' : 'mouse off: the terminal selects text again';
      return [told({ ...model, mouse }, text, 'ok', now), { kind: 'mouse', on: mouse }];
    }
    default:
      return [model];
  }
}

/** What asks something of the daemon. */
function asked(model: Model, key: 'k' | 'r' | 'e' | 'v', now: number): Step<Model> {
  if (model.settings.readOnly)
    return [told(model, 'read-only: nothing can be changed here', 'warn', now)];
  if (model.facts === undefined) {
    const text = key === 'k' ? 'daemon offline: nothing leaves through it' : 'daemon offline';
    return [told(model, text, 'alarm', now)];
  }
  switch (key) {
    case 'k':
      return [{ ...model, modal: askSwitch(model.facts) }];
    case 'r':
      return [{ ...model, modal: { kind: 'reload' } }, { kind: 'reload' }];
    case 'e':
      return [{ ...model, modal: askExport(model.settings, now) }];
    case 'v': {
      const [modal, ...effects] = startVerification(now);
      return [{ ...model, modal }, ...effects];
    }
  }
}

function opened(model: Model, now: number): Step<Model> {
  if (model.focus === 'killswitch') return asked(model, 'k', now);
  if (model.focus !== 'live') return [{ ...model, zoom: !model.zoom }];
  const shown = shownActivities(model);
  const activity = shown[cursorIn(shown, model.live)];
  return [
    activity === undefined ? model : { ...model, modal: { kind: 'detail', activity, scroll: 0 } },
  ];
}

/** Whoever has seen the alarms has stopped their flashing; what stands, stays. */
function acknowledged(model: Model, now: number): Step<Model> {
  const standing = standingAlarms(model);
  if (standing.length === 0) return [told(model, 'no alarm stands', 'ok', now)];
  const seen = new Set([...model.seen, ...standing.map(({ key }) => key)]);
  return [{ ...model, seen, modal: { kind: 'alarms', scroll: 0 } }];
}

function told(model: Model, text: string, tone: Toast['tone'], now: number): Model {
  return { ...model, toast: { text, tone, until: now + TOAST_LASTS } };
}

function moves(name: string): number | undefined {
  return name === 'g' || name === 'home'
    ? Number.NEGATIVE_INFINITY
    : name === 'G' || name === 'end'
      ? Number.POSITIVE_INFINITY
      : SCROLLS[name];
}

function moved(model: Model, by: number, limits: ScrollLimits): Model {
  if (model.focus === 'live') return moveCursor(model, by);
  const limit = limits[model.focus] ?? 0;
  const at = Math.max(0, Math.min(limit, (model.scroll[model.focus] ?? 0) + by));
  return { ...model, scroll: { ...model.scroll, [model.focus]: at } };
}

function beside(pane: Pane, by: number): Pane {
  return PANES[(PANES.indexOf(pane) + by + PANES.length) % PANES.length] as Pane;
}
