import type { Activity } from '../../lib/control/activities.ts';
import type { DaemonState } from '../../lib/control/daemon-state.ts';
import type { Editor } from './editor.ts';
import type { Modal } from './modal.ts';

/** What the daemon tells beside its activities, which are kept apart. */
export type Facts = Omit<DaemonState, 'activities'>;

/** The panes, as they are numbered. */
export const PANES = ['live', 'counters', 'killswitch', 'map', 'chain', 'sessions'] as const;
export type Pane = (typeof PANES)[number];

/** The connection to the daemon. */
export type Link =
  | { readonly kind: 'connecting' }
  /** `events`: told of everything as it happens; `polling`: asked every second. */
  | { readonly kind: 'up'; readonly by: 'events' | 'polling'; readonly heardAt: number }
  | {
      readonly kind: 'offline';
      readonly since: number;
      readonly reason: string;
      readonly retryAt: number;
      /** What mends it; where nobody is there, starting the daemon does. */
      readonly fix: string | undefined;
      /** The process that was there last. */
      readonly pid: number | undefined;
    };

/** What mends a daemon that is there and does not answer. */
export const HANGS =
  'its process hangs or was stopped: kill -CONT PID lets it go on; else kill -KILL PID, and start it again';

/** What was chosen at the start and does not change. */
export interface Settings {
  readonly machine: string;
  readonly readOnly: boolean;
  /** Milliseconds of p99 above which there is an alarm, where the daemon's setting is not meant. */
  readonly budget?: number;
  readonly reducedMotion: boolean;
  /** Of whoever looks; where relative paths begin. */
  readonly home: string;
  readonly folder: string;
}

/** The list of activities as it is looked at. */
export interface LiveView {
  /** The newest is always in view. */
  readonly follow: boolean;
  /** The `seq` under the cursor while it does not follow. */
  readonly selected: number | undefined;
  /** How many have come since it stopped following. */
  readonly missed: number;
  readonly filter: string;
  readonly filtering: boolean;
}

/** A word to whoever just pressed a key. */
export interface Toast {
  readonly text: string;
  readonly tone: 'ok' | 'warn' | 'alarm';
  readonly until: number;
}

/** All that the screen is made of. */
export interface Model {
  readonly settings: Settings;
  readonly link: Link;
  /** Undefined while nobody is there who could tell: never what was true once. */
  readonly facts: Facts | undefined;
  /** Oldest first; at most {@link KEPT}. */
  readonly activities: readonly Activity[];
  /** Lines of the audit log a second, and when that was counted. */
  readonly pace: Pace | undefined;
  readonly lastSeen: number | undefined;
  readonly focus: Pane;
  readonly zoom: boolean;
  readonly live: LiveView;
  /** Lines that each pane is scrolled by. */
  readonly scroll: Readonly<Partial<Record<Pane, number>>>;
  /** The filter while it is typed. */
  readonly prompt: Editor | undefined;
  readonly modal: Modal | undefined;
  readonly toast: Toast | undefined;
  /** Alarms that somebody has seen, and that the bell has rung for. */
  readonly seen: ReadonlySet<string>;
  readonly rung: ReadonlySet<string>;
  readonly bell: boolean;
  readonly mouse: boolean;
}

/** How fast the log grows. */
export interface Pace {
  readonly length: number;
  readonly at: number;
  readonly perSecond: number | undefined;
}

/** As many as the daemon keeps. */
export const KEPT = 500;

/** Silence after which what is shown may be out of date, and after which nobody is there. */
export const STALE_AFTER = 3000;
export const GONE_AFTER = 10_000;

/** Milliseconds of p99 above which it is too much. */
export function latencyBudget({ settings }: Pick<Model, 'settings'>, facts: Facts): number {
  return settings.budget ?? facts.latency_budget_ms;
}

/** Whether the daemon has been silent for so long that its figures are in doubt. */
export function silence(model: Model, now: number): number | undefined {
  if (model.link.kind !== 'up') return undefined;
  const silent = now - model.link.heardAt;
  return silent > STALE_AFTER ? silent : undefined;
}

/** The dashboard as it starts. */
export function initialModel(settings: Settings): Model {
  return {
    settings,
    link: { kind: 'connecting' },
    facts: undefined,
    activities: [],
    pace: undefined,
    lastSeen: undefined,
    focus: 'live',
    zoom: false,
    live: { follow: true, selected: undefined, missed: 0, filter: '', filtering: false },
    scroll: {},
    prompt: undefined,
    modal: undefined,
    toast: undefined,
    seen: new Set(),
    rung: new Set(),
    bell: true,
    mouse: false,
  };
}
