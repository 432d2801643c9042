import type { SignedLog } from '../audit/signed-log.ts';
import {
  type KillSwitch,
  type KillSwitchState,
  killSwitchRefusal,
} from '../control/kill-switch.ts';

/** What every request, repetition and CONNECT must pass. */
export interface Gate {
  /**
   * For what begins: waits where a source has gone and only its audit line is still on its way,
   * and after a start until it is known whether log and signer belong together.
   */
  readonly begin: () => Promise<void>;
  /** For what is under way: a look, without waiting. */
  readonly goOn: () => void;
}

/**
 * Egress needs a disengaged kill switch, and a log that can be written and is signed.
 *
 * Its calls throw WaterwallError `killswitch-engaged` or `audit-unavailable`.
 */
export function createGate(
  killSwitch: KillSwitch,
  audit: Pick<SignedLog, 'failure' | 'settled'>,
): Gate {
  const judge = (state: KillSwitchState): void => {
    if (state.active) throw killSwitchRefusal(state);
    if (audit.failure !== undefined) throw audit.failure;
  };
  return {
    begin: async () => {
      await audit.settled();
      judge(await killSwitch.settle());
    },
    goOn: () => judge(killSwitch.check()),
  };
}
