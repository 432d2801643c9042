/** The target of a CONNECT request. */
export interface Authority {
  /** Lower case. */
  readonly host: string;
  readonly port: number;
}

/** RFC 1123 labels: nothing else names a host that we would open or tunnel to. */
const AUTHORITY =
  /^((?=.{1,253}:)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?):([1-9]\d{0,4})$/i;

/** The last label of a host name is never a number (RFC 3696 §2): this is an IPv4 address. */
const NUMERIC_END = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/i;

/**
 * Parses the request target of CONNECT (RFC 9110 §9.3.6), strictly: a host name and a port.
 *
 * @returns `undefined` for anything else, IP addresses included: certificates and the host list
 *   speak of names.
 */
export function parseAuthority(target: string): Authority | undefined {
  const match = AUTHORITY.exec(target);
  const host = match?.[1]?.toLowerCase();
  const port = Number(match?.[2]);
  if (host === undefined || port > 65_535 || NUMERIC_END.test(host)) return undefined;
  return { host, port };
}
