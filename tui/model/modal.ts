import type { Activity } from '../../lib/control/activities.ts';
import type { Progress } from '../../lib/control/admin-protocol.ts';
import type { ActiveSource } from '../../lib/control/kill-switch-state.ts';
import type { ReloadResult } from '../../lib/control/reload.ts';
import type { Check } from '../../lib/ops/verify/check.ts';
import type { Editor } from './editor.ts';

/** What stands in front of the panes. */
export type Modal =
  | KillSwitchModal
  | VerifyModal
  | ExportModal
  | ReloadModal
  | DetailModal
  | AlarmsModal
  | HelpModal;

/** Why the daemon said no, or nothing. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly fix?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

export type SwitchField = 'confirm' | 'reason' | 'fire' | 'cancel';

export interface KillSwitchModal {
  readonly kind: 'killswitch';
  readonly action: 'arm' | 'disarm';
  readonly field: SwitchField;
  readonly confirm: Editor;
  readonly reason: Editor;
  readonly busy: boolean;
  /** The audit line of the change before: what differs from it is this one's. */
  readonly lineBefore: number | null;
  readonly outcome?: SwitchOutcome;
  /** Why a key did nothing. */
  readonly hint?: string;
}

/** What the daemon confirmed, or why it did not. */
export type SwitchOutcome =
  | {
      readonly ok: true;
      readonly at: number;
      readonly action: 'arm' | 'disarm';
      readonly holding: readonly ActiveSource[];
    }
  | { readonly ok: false; readonly error: Refusal };

export interface VerifyModal {
  readonly kind: 'verify';
  readonly running: boolean;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly checks: readonly Check[];
  readonly progress?: Progress;
  readonly selected: number;
  readonly error?: Refusal;
}

export type ExportField = 'range' | 'since' | 'until' | 'out' | 'fire' | 'cancel';

/** Ranges that need no typing. */
export const RANGES = ['everything', 'today', '7 days', '30 days', 'own'] as const;
export type Range = (typeof RANGES)[number];

export interface ExportModal {
  readonly kind: 'export';
  /** `asks`: the file is there already; may it be replaced? */
  readonly phase: 'form' | 'running' | 'asks' | 'done';
  readonly field: ExportField;
  readonly range: Range;
  readonly since: Editor;
  readonly until: Editor;
  readonly out: Editor;
  readonly progress?: Progress;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: Refusal;
}

export interface ReloadModal {
  readonly kind: 'reload';
  readonly result?: Extract<ReloadResult, { ok: true }>;
  readonly error?: Refusal;
}

export interface DetailModal {
  readonly kind: 'detail';
  readonly activity: Activity;
  readonly scroll: number;
}

export interface AlarmsModal {
  readonly kind: 'alarms';
  readonly scroll: number;
}

export interface HelpModal {
  readonly kind: 'help';
  readonly scroll: number;
}
