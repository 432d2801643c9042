import { formatAddress } from './load/address.ts';
import { readSettings } from './load/settings.ts';
import { formatDuration, formatSize } from './quantity.ts';
import type { Homes, Settings } from './types.ts';

/** One effective setting, for `waterwall config`. */
export interface DescribedSetting {
  /** As in `config.yaml`, dotted. */
  readonly key: string;
  readonly value: string | number | boolean | null;
  readonly from: 'file' | 'default';
  /** Line of `config.yaml`. */
  readonly line?: number;
}

type Show = (settings: Settings) => DescribedSetting['value'];

const SHOWN: readonly (readonly [key: string, show: Show])[] = [
  ['kill_switch', (s) => s.killSwitch],
  ['listen', (s) => formatAddress(s.listen)],
  ['listen_anyway', (s) => s.listenAnyway],
  ['session_key', (s) => s.sessionKey],
  ['store.capacity', (s) => s.store.capacity],
  ['store.bytes', (s) => formatSize(s.store.bytes)],
  ['store.ttl', (s) => formatDuration(s.store.ttl)],
  ['store.persist', (s) => s.store.persist],
  ['limits.body', (s) => formatSize(s.limits.body)],
  ['limits.response_body', (s) => formatSize(s.limits.responseBody)],
  ['limits.event', (s) => formatSize(s.limits.event)],
  ['limits.headers', (s) => formatSize(s.limits.headers)],
  ['limits.handshake_timeout', (s) => formatDuration(s.limits.handshakeTimeout)],
  ['limits.header_timeout', (s) => formatDuration(s.limits.headerTimeout)],
  ['limits.connections', (s) => s.limits.connections],
  ['shutdown_grace', (s) => formatDuration(s.shutdownGrace)],
  ['upstream_proxy', (s) => withoutCredentials(s.upstreamProxy)],
  ['refusal_status', (s) => s.refusalStatus],
  ['metrics.listen', (s) => (s.metrics.listen ? formatAddress(s.metrics.listen) : 'off')],
  ['dashboard.latency_budget', (s) => formatDuration(s.dashboard.latencyBudget)],
  ['log.level', (s) => s.log.level],
  ['log.format', (s) => s.log.format],
  ['audit.checkpoint_lines', (s) => s.audit.checkpointLines],
  ['audit.checkpoint_interval', (s) => formatDuration(s.audit.checkpointInterval)],
  ['audit.session_idle', (s) => formatDuration(s.audit.sessionIdle)],
  ['audit.retention', (s) => timeOrOff(s.audit.retention)],
  ['audit.signer_timeout', (s) => formatDuration(s.audit.signerTimeout)],
  ['audit.key_epoch', (s) => timeOrOff(s.audit.keyEpoch)],
  ['audit.signer', (s) => s.audit.signerSocket ?? 'child'],
  ['audit.anchor', (s) => anchorText(s.audit.anchor)],
];

/** All settings as they hold, and where each came from. */
export function describeSettings(homes: Homes): readonly DescribedSetting[] {
  const { settings, document } = readSettings(homes);
  return SHOWN.map(([key, show]) => {
    const path = key.split('.');
    const value = show(settings);
    if (!document.yaml.document.hasIn(path)) return { key, value, from: 'default' };
    return { key, value, from: 'file', line: document.yaml.position(path).line };
  });
}

function anchorText(anchor: Settings['audit']['anchor'] = 'none'): string {
  if (typeof anchor === 'string') return anchor;
  return 'witness' in anchor ? `witness ${anchor.witness.url}` : anchor.join(' ');
}

/** A proxy's password is for the proxy only. */
function withoutCredentials(given: string | undefined): string | null {
  if (given === undefined) return null;
  const url = new URL(given);
  return `${url.protocol}//${url.username === '' ? '' : '***@'}${url.host}`;
}

function timeOrOff(time: number | undefined): string {
  return time === undefined ? 'off' : formatDuration(time);
}
