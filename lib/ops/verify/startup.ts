import type { Homes } from '../../config/types.ts';
import { isSetUp } from '../home-parts.ts';
import { adminBindable } from './admin-bindable.ts';
import { caFile } from './ca-file.ts';
import { caKeyPair } from './ca-key-pair.ts';
import { chainDirWritable } from './chain-dir-writable.ts';
import {
  fail,
  type Looking,
  report,
  type StartupCheck,
  type TellCheck,
  type VerifyReport,
} from './check.ts';
import { listenerBindable } from './listener-bindable.ts';
import { patternsComplete } from './patterns-complete.ts';
import { sentinelDir } from './sentinel-dir.ts';
import { sessionKey } from './session-key.ts';
import { signingKey } from './signing-key.ts';
import { upstreamReachable } from './upstream-reachable.ts';

/** Whether Waterwall could start in these homes, and would do what it promises. Changes nothing. */
export function verifyStartup(homes: Homes, tell?: TellCheck): Promise<VerifyReport> {
  const now = Date.now();
  const made = madeAtFirst(isSetUp(homes));
  const checks: Readonly<Record<StartupCheck, Looking>> = {
    ca_file: made(() => caFile(homes, now)),
    signing_key: made(() => signingKey(homes)),
    patterns_complete: () => patternsComplete(homes),
    chain_dir_writable: made(() => chainDirWritable(homes)),
    listener_bindable: () => listenerBindable(homes),
    admin_bindable: () => adminBindable(homes),
    ca_key_pair: made(() => caKeyPair(homes, now)),
    session_key: made(() => sessionKey(homes)),
    sentinel_dir: () => sentinelDir(homes),
    upstream_reachable: () => upstreamReachable(homes),
  };
  return report('startup', checks, tell);
}

/** Nothing is lost of what was never made. */
function madeAtFirst(setUp: boolean): (look: Looking) => Looking {
  const missing = fail('not made yet: this home was never set up', 'make it with `waterwall init`');
  return (look) => (setUp ? look : () => missing);
}
