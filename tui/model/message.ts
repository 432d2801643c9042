import type { Activity } from '../../lib/control/activities.ts';
import type { Progress } from '../../lib/control/admin-protocol.ts';
import type { KillSwitchAnswer } from '../../lib/control/admin-routes.ts';
import type { DaemonState } from '../../lib/control/daemon-state.ts';
import type { ReloadResult } from '../../lib/control/reload.ts';
import type { Check, VerifyReport } from '../../lib/ops/verify/check.ts';
import type { Hit } from '../text/line.ts';
import type { Key } from './editor.ts';
import type { Refusal } from './modal.ts';
import type { Pane } from './model.ts';

/** Something that happened. Everything from the daemon has been made fit for a terminal. */
export type Message =
  | { readonly type: 'state'; readonly state: DaemonState; readonly by: 'events' | 'polling' }
  | { readonly type: 'change'; readonly members: Partial<DaemonState> }
  | { readonly type: 'activity'; readonly activity: Activity }
  | { readonly type: 'alive' }
  | {
      readonly type: 'offline';
      readonly reason: string;
      readonly retryAt: number;
      /** What mends it, where starting the daemon does not. */
      readonly fix?: string;
    }
  | { readonly type: 'key'; readonly key: Key; readonly limits: ScrollLimits }
  | { readonly type: 'paste'; readonly text: string }
  | {
      readonly type: 'wheel';
      readonly pane: Pane;
      readonly by: number;
      readonly limits: ScrollLimits;
    }
  | {
      readonly type: 'click';
      readonly pane: Pane | undefined;
      readonly hit: Hit | undefined;
      readonly limits: ScrollLimits;
    }
  | {
      readonly type: 'switched';
      readonly action: 'arm' | 'disarm';
      readonly answer: Answer<KillSwitchAnswer>;
    }
  | { readonly type: 'reloaded'; readonly answer: Answer<Extract<ReloadResult, { ok: true }>> }
  | { readonly type: 'verify-progress'; readonly progress: Progress & { readonly check?: Check } }
  | { readonly type: 'verified'; readonly answer: Answer<VerifyReport> }
  | { readonly type: 'export-progress'; readonly progress: Progress }
  | { readonly type: 'exported'; readonly answer: Answer<Readonly<Record<string, unknown>>> }
  | { readonly type: 'tick' };

/** How far each pane can be scrolled, as it was last drawn. */
export type ScrollLimits = Readonly<Partial<Record<Pane, number>>>;

/** What the daemon answered to something that was asked of it. */
export type Answer<Body> =
  | { readonly ok: true; readonly body: Body }
  | { readonly ok: false; readonly error: Refusal };

/** What is to be done outside. */
export type Effect =
  | { readonly kind: 'killswitch'; readonly action: 'arm' | 'disarm'; readonly reason: string }
  | { readonly kind: 'reload' }
  | { readonly kind: 'verify' }
  | { readonly kind: 'export'; readonly body: ExportBody }
  /** Whoever asked for it does not wait any more. */
  | { readonly kind: 'cancel'; readonly what: 'verify' | 'export' }
  | { readonly kind: 'bell' }
  | { readonly kind: 'mouse'; readonly on: boolean }
  | { readonly kind: 'redraw' }
  | { readonly kind: 'quit' };

/** The body of `POST /admin/export-evidence`. */
export interface ExportBody {
  readonly out: string;
  readonly since?: string;
  readonly until?: string;
  readonly overwrite?: boolean;
}

/** What came of a message. */
export type Step<State> = readonly [state: State, ...effects: readonly Effect[]];
