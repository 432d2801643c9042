import { isIP } from 'node:net';

/** Parses `HOST:PORT`, `[IPv6]:PORT`; undefined where it is no address. */
export function parseAddress(text: string): { host: string; port: number } | undefined {
  const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text);
  const host = parts?.[1] ?? parts?.[2];
  const port = Number(parts?.[3]);
  if (host === undefined || port > 65_535) return undefined;
  if (parts?.[1] !== undefined && isIP(host) !== 6) return undefined;
  return { host: host.toLowerCase(), port };
}

/** `HOST:PORT`, as {@link parseAddress} takes it. */
export function formatAddress(address: { readonly host: string; readonly port: number }): string {
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}

/** Whether only this machine can reach an address. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  return isIP(host) === 4 ? host.startsWith('127.') : /^(?:0{0,4}:){2,7}0{0,3}1$/.test(host);
}
