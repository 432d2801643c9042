import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Settings } from '../config/types.ts';
import type { LoadedPolicy } from './policy.ts';

/** The fields of the `start` line: which process, on which boot of the machine, with what in force. */
export function startFields(version: string, policy: LoadedPolicy): Record<string, unknown> {
  return {
    version,
    pid: process.pid,
    ...bootId(),
    policy_hash: policy.hash,
    settings_hash: settingsHash(policy.settings),
  };
}

/** Linux gives each boot a random name (random(4)); it tells a reboot from a restart. */
function bootId(): { readonly boot_id?: string } {
  try {
    const text = readFileSync('/proc/sys/kernel/random/boot_id', 'ascii').trim();
    return /^[0-9a-f-]{36}$/.test(text) ? { boot_id: text } : {};
  } catch {
    return {};
  }
}

/** Of all settings as they hold; less the credentials of a proxy, which a hash would give away. */
export function settingsHash(settings: Settings): string {
  const { upstreamProxy, ...rest } = settings;
  const shown = { ...rest, upstreamProxy: upstreamProxy && new URL(upstreamProxy).host };
  return createHash('sha256')
    .update(JSON.stringify(sorted(shown)))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
