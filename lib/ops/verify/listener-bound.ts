import { request } from 'node:http';
import { formatAddress } from '../../config/load/address.ts';
import { proxyUrl } from '../agent-env.ts';
import { fail, ok, type Verdict } from './check.ts';

const PATIENCE = 3000;

/** Whether the listener answers at its address, as a proxy that takes CONNECT only. */
export async function listenerBound(
  address: { readonly host: string; readonly port: number } | undefined,
): Promise<Verdict> {
  if (address === undefined) return fail('the proxy does not listen yet', 'ask again in a moment');
  const where = formatAddress(address);
  const answer = await get(proxyUrl(address));
  if (answer === 'CONNECT') return ok(`answers on ${where}`);
  return fail(
    answer === undefined
      ? `nothing answers on ${where}`
      : `what answers on ${where} is not this proxy`,
    'restart the proxy; where that does not help, set another `listen` in config.yaml',
  );
}

/** @returns the methods that are allowed there, '' where it does not say; undefined: no answer */
function get(url: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const asked = request(url, { agent: false, signal: AbortSignal.timeout(PATIENCE) });
    asked.once('error', () => resolve(undefined));
    asked.once('response', (response) => {
      response.resume();
      resolve(response.statusCode === 405 ? (response.headers.allow ?? '') : '');
    });
    asked.end();
  });
}
