/** Numbers, times and sizes as a small pane can show them. */

/** `84 281`; large ones `1.2M`. */
export function count(value: number): string {
  if (!Number.isFinite(value)) return '\u2013';
  if (Math.abs(value) >= 10_000_000) return `${(value / 1_000_000).toFixed(1)}M`;
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** At most five characters: `412`, `12k`, `3.4M`. */
export function shortCount(value: number): string {
  if (value < 10_000) return String(Math.round(value));
  if (value < 1_000_000) return `${Math.floor(value / 1000)}k`;
  return `${(value / 1_000_000).toFixed(1)}M`;
}

/** A rate with as many digits as mean something. */
export function rate(value: number): string {
  return value >= 10 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(1);
}

/** Milliseconds without their unit: `0.31`, `4.1`, `812`, `12k`. */
export function milliseconds(value: number | null | undefined): string {
  if (value === null || value === undefined) return '\u2013';
  if (value >= 10_000) return `${Math.round(value / 1000)}k`;
  if (value >= 99.95) return String(Math.round(value));
  return value >= 1 ? value.toFixed(1) : value.toFixed(2);
}

/** `3h12m`, `12m`, `45s`, `2d04h`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(whole / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (days > 0) return `${days}d${two(hours % 24)}h`;
  if (hours > 0) return `${hours}h${two(minutes % 60)}m`;
  return minutes > 0 ? `${minutes}m${two(whole % 60)}s` : `${whole}s`;
}

/** `41 KiB`. */
export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let rest = value;
  let unit = 0;
  while (rest >= 1024 && unit < units.length - 1) {
    rest /= 1024;
    unit++;
  }
  return `${unit === 0 || rest >= 10 ? Math.round(rest) : rest.toFixed(1)} ${units[unit]}`;
}

/** The wall clock of whoever looks: `12:04:31`. */
export function clock(time: number | string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return '--:--:--';
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** As the audit log has it. */
export function utcDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** A host without what all of them share: `api.anthropic.com` → `anthropic`. */
export function shortHost(host: string): string {
  const labels = host.split('.');
  if (labels.length < 2 || labels.every((label) => /^\d+$/.test(label))) return host;
  return labels.at(-2) ?? host;
}

/** A session id as far as it tells sessions apart: ids differ at their beginning. */
export function shortSession(session: string | null | undefined): string {
  return session ? session.slice(0, 8) : '\u2013';
}
