/** Raw header lists as `node:http` gives and takes them: name, value, name, value, … */
export type RawHeaders = readonly string[];

/** For `maxHeadersCount`: unless told so Node drops what comes after a thousand fields, in silence. */
export const ANY_COUNT = 0;

/** Fields that concern one connection only (RFC 9110 §7.6.1), and those that we answer ourselves. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

/** Codings that both sides of Node 20 decode as a stream; the rest is not asked for. */
const DECODABLE = new Set(['gzip', 'x-gzip', 'deflate', 'br', 'identity']);

/** The value of the first field of that name (lower case). */
export function headerValue(raw: RawHeaders, name: string): string | undefined {
  for (let i = 0; i < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() === name) return raw[i + 1];
  }
  return undefined;
}

/** How many fields of that name (lower case) there are. */
export function countHeader(raw: RawHeaders, name: string): number {
  let count = 0;
  for (let i = 0; i < raw.length; i += 2) if (raw[i]?.toLowerCase() === name) count++;
  return count;
}

/**
 * Leaves out hop-by-hop fields, those that `Connection` nominates, and the named ones; all others
 * stay in order and case.
 */
export function endToEnd(raw: RawHeaders, without: readonly string[] = []): string[] {
  const dropped = new Set([...HOP_BY_HOP, ...without]);
  for (let i = 0; i < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() !== 'connection') continue;
    for (const nominated of (raw[i + 1] ?? '').split(','))
      dropped.add(nominated.trim().toLowerCase());
  }
  const kept: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string;
    if (!dropped.has(name.toLowerCase())) kept.push(name, raw[i + 1] as string);
  }
  return kept;
}

/** Replaces the values of a field in place; appends the field where there is none. */
export function withHeader(raw: RawHeaders, name: string, value: string): string[] {
  const result: string[] = [];
  let done = false;
  for (let i = 0; i < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() !== name.toLowerCase())
      result.push(raw[i] as string, raw[i + 1] as string);
    else if (!done) {
      result.push(raw[i] as string, value);
      done = true;
    }
  }
  if (!done) result.push(name, value);
  return result;
}

/** Narrows every `accept-encoding` to codings that we decode; `identity` where none is left. */
export function narrowAcceptEncoding(raw: RawHeaders): string[] {
  return raw.map((value, i) => {
    if (i % 2 === 0 || raw[i - 1]?.toLowerCase() !== 'accept-encoding') return value;
    const kept = value
      .split(',')
      .map((part) => part.trim())
      .filter((part) => DECODABLE.has((part.split(';')[0] ?? '').trim().toLowerCase()));
    return kept.length > 0 ? kept.join(', ') : 'identity';
  });
}
