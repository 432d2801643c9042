import type { Homes } from '../../config/types.ts';
import { createHeartbeat } from '../../control/heartbeat.ts';
import { type PolicyWatch, watchPolicy } from '../../control/policy-watch.ts';
import type { Reloader } from '../../control/reload.ts';
import type { Engine } from '../engine.ts';
import type { OpenedHosts } from '../hosts.ts';
import type { Observer } from '../observer.ts';
import type { LoadedPolicy } from '../policy.ts';
import type { Safeguards } from './safeguards.ts';

/** How often the kill switch is looked at while nothing is asked for; only to show it. */
const LOOK_EVERY = 2000;

/** How often leaves are looked at and forgotten values dropped. */
const HOUSEKEEPING = 60_000;

/** What {@link startUpkeep} needs of the daemon. */
export interface UpkeepParts {
  readonly homes: Homes;
  readonly reloader: Reloader<LoadedPolicy>;
  readonly engine: Engine;
  readonly hosts: OpenedHosts;
  readonly safeguards: Safeguards;
  readonly observer: Observer;
  /** Milliseconds of the monotonic clock. */
  readonly now: () => number;
  readonly onFault: (error: unknown) => void;
}

/** What goes on without anybody asking. */
export interface Upkeep {
  readonly watch: PolicyWatch;
  /** Stops what goes by the clock. The watch is closed by itself. */
  readonly stop: () => void;
}

export function startUpkeep(parts: UpkeepParts): Upkeep {
  const { reloader, engine, hosts, observer, now, onFault } = parts;
  const { audit, killSwitch, sessions } = parts.safeguards;
  const watch = watchPolicy({
    homes: parts.homes,
    envFiles: reloader.current.known.envFiles,
    onPolicy: () => void reloader.reload(),
    onHosts: () => observer.hostsLooked(hosts.look()),
    onSentinel: () => void killSwitch.check(),
    onFault,
  });
  // Where no notification came, as for a sentinel older than the watch, and nothing is under way.
  const looking = setInterval(killSwitch.check, LOOK_EVERY).unref();
  const beat = createHeartbeat(
    () => audit.head.length,
    (idle) => {
      const fields = {
        idle_seconds: Math.round(idle / 1000),
        policy_hash: reloader.current.hash,
      };
      audit.append('heartbeat', fields).catch(onFault);
    },
  );
  const housekeeping = setInterval(() => {
    beat(now());
    engine.vault.expire(now());
    engine.known.prune();
    void sessions.endIdle();
    hosts.sites.leaves.renew(Date.now()).catch(onFault);
  }, HOUSEKEEPING).unref();
  return {
    watch,
    stop() {
      clearInterval(housekeeping);
      clearInterval(looking);
    },
  };
}
