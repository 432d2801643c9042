import { loadSettings } from '../../config/load/settings.ts';
import { loadSessionKey } from '../../config/session-key.ts';
import type { Homes } from '../../config/types.ts';
import { fail, ok, type Verdict } from './check.ts';

/** Whether the key under which placeholders are made is there, whole and private. */
export function sessionKey(homes: Homes): Verdict {
  loadSessionKey(homes);
  return loadSettings(homes).sessionKey === 'ephemeral'
    ? ok('a new one at each start, as config.yaml says')
    : ok('32 bytes, private');
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
