import type { Homes, Settings } from '../../config/types.ts';
import { createReloader, type Reloader } from '../../control/reload.ts';
import type { Engine } from '../engine.ts';
import type { Observer } from '../observer.ts';
import { type LoadedPolicy, loadPolicy } from '../policy.ts';
import type { Safeguards } from './safeguards.ts';

/** What {@link createChanges} needs of the daemon. */
export interface ChangesParts {
  readonly homes: Homes;
  readonly sessionKey: Uint8Array;
  readonly initial: LoadedPolicy;
  readonly engine: Engine;
  readonly safeguards: Safeguards;
  readonly observer: Observer;
  /** Told of the settings whenever they were read anew. */
  readonly onSettings: (settings: Settings) => void;
  /** Told of the policy in force after each reload, good or bad. */
  readonly onReloaded: (policy: LoadedPolicy) => void;
  readonly onFault: (error: unknown) => void;
}

/** What changes while the daemon runs: policy and settings. */
export function createChanges(parts: ChangesParts): Reloader<LoadedPolicy> {
  const { homes, sessionKey, initial, engine, safeguards, observer, onFault } = parts;
  const { audit, lookAtConfig } = safeguards;
  const reloader = createReloader({
    initial,
    lookAtConfig,
    load: (current) => loadPolicy(homes, sessionKey, current),
    outline: (each) => each.outline,
    apply: (next) => {
      engine.known.setSecrets(next.known.entries);
      parts.onSettings(next.settings);
    },
    record: async (event) => void (await audit.append('policy_change', { ...event })),
    onLoosened: observer.loosened,
    onResult: (result) => {
      observer.reloaded(result);
      observer.disabled(reloader.current.patterns.disable);
      parts.onReloaded(reloader.current);
    },
    onFault,
  });
  observer.disabled(initial.patterns.disable);
  return reloader;
}
