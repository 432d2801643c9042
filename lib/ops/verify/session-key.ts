import { loadSettings } from '../../config/load/settings.ts';
import { loadSessionKey } from '../../config/session-key.ts';
import type { Homes } from '../../config/types.ts';
import { fail, ok, type Verdict } from './check.ts';

/** Whether the key under which placeholders are made is there, whole and private. */
export function sessionKey(homes: Homes): Verdict {
  loadSessionKey(homes);
  return ok(
    isEphemeral(homes) ? 'a new one at each start, as config.yaml says' : '32 bytes, private',
  );
}

/** Settings that cannot be read are no fault of the key's; `listener_bindable` tells of them. */
function isEphemeral(homes: Homes): boolean {
  try {
    return loadSettings(homes).sessionKey === 'ephemeral';
  } catch {
    return false;
  }
}

/**
 * Whether the daemon works under the key of the home.
 *
 * @param loaded - the daemon's
 */
export function sessionKeyLoaded(
  homes: Homes,
  loaded: Uint8Array,
  mode: 'persistent' | 'ephemeral',
): Verdict {
  if (mode === 'ephemeral') return ok('loaded, made at this start');
  if (loadSessionKey(homes).equals(loaded)) return ok('loaded, and the one of the home');
  return fail(
    'the proxy works under another session key than the home holds: placeholders change at its next start',
    'restore session.key from a backup',
  );
}
