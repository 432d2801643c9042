import { request as plainRequest } from 'node:http';
import { isIP, type Socket } from 'node:net';
import tls from 'node:tls';

/** Opens a connection to a witness: directly, or through the operator's proxy. */
export type Connect = (
  target: { readonly host: string; readonly port: number },
  connected: (error: Error | undefined, socket?: Socket) => void,
) => void;

/** What a witness answered. */
export interface WitnessAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** One that takes longer counts as away; the log does not wait for it, but its end does. */
const PATIENCE = 5_000;

/** Some signature lines; what is longer is none. */
const MOST_BYTES = 64 * 1024;

/** Where a submission goes, and how. */
export interface SubmitOptions {
  /** The prefix of the witness's paths. */
  readonly url: string;
  readonly connect: Connect;
  /** Milliseconds for an answer, where not the usual ones. */
  readonly patience?: number | undefined;
}

/** Asks a witness to cosign a checkpoint (C2SP tlog-witness, `add-checkpoint`). */
export async function submitCheckpoint(
  { url, connect, patience = PATIENCE }: SubmitOptions,
  old: number,
  proof: readonly Buffer[],
  note: string,
): Promise<WitnessAnswer> {
  const hashes = proof.map((node) => `${node.toString('base64')}\n`).join('');
  const target = new URL(`${url.replace(/\/$/, '')}/add-checkpoint`);
  return post(target, connect, `old ${old}\n${hashes}\n${note}`, AbortSignal.timeout(patience));
}

function post(
  target: URL,
  connect: Connect,
  body: string,
  signal: AbortSignal,
): Promise<WitnessAnswer> {
  return new Promise((resolve, reject) => {
    const request = plainRequest(target, {
      method: 'POST',
      // TLS, where there is some, is the connection's.
      protocol: 'http:',
      signal,
      headers: { 'content-length': Buffer.byteLength(body), connection: 'close' },
      createConnection(_options, connected) {
        open(target, connect, (error, socket) => connected(error ?? null, socket as Socket));
        return undefined;
      },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on('error', reject);
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size > MOST_BYTES) request.destroy(new Error('it answered more than signatures'));
        else parts.push(part);
      });
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'] ?? '',
          body: Buffer.concat(parts).toString('utf8'),
        });
      });
    });
    request.end(body);
  });
}

function open(target: URL, connect: Connect, opened: Parameters<Connect>[1]): void {
  const host = target.hostname.replace(/^\[|\]$/g, '');
  const isSecure = target.protocol === 'https:';
  const port = Number(target.port || (isSecure ? 443 : 80));
  connect({ host, port }, (error, socket) => {
    // One that came through a proxy was paused after the proxy's own answer.
    if (socket === undefined || !isSecure) return opened(error, socket?.resume());
    const secure = tls.connect({ socket, host, servername: isIP(host) === 0 ? host : '' });
    opened(undefined, secure);
  });
}

/** The size that a witness knows, where it says that we know another; undefined for other answers. */
export function conflictingSize({ status, type, body }: WitnessAnswer): number | undefined {
  const [, digits] = /^(0|[1-9]\d{0,15})\n$/.exec(body) ?? [];
  const isSize = status === 409 && type.split(';')[0]?.trim() === 'text/x.tlog.size';
  return isSize && digits !== undefined ? Number(digits) : undefined;
}
