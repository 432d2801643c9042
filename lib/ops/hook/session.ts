import type { Readable } from 'node:stream';
import type { Homes } from '../../config/types.ts';
import type { SessionRow } from '../../control/session-rows.ts';
import { WaterwallError } from '../../errors.ts';
import { askDaemon } from '../ask-daemon.ts';

/** What the proxy did for one session. */
export interface SessionFacts {
  readonly redactions: number;
  readonly restored: number;
  readonly unknown: number;
}

/** More than any agent tells about a session. */
const LIMIT = 1024 * 1024;

/**
 * The session's id from the JSON that an agent gives; undefined where there is none, or none comes
 * in time.
 */
export async function readSession(
  input: Readable & { readonly isTTY?: boolean },
  patience: number,
): Promise<string | undefined> {
  if (input.isTTY) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, patience);
    const settle = (): void => {
      clearTimeout(timer);
      resolve();
    };
    input.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > LIMIT) settle();
      else chunks.push(chunk);
    });
    input.once('end', settle).once('error', settle);
  });
  input.destroy();
  try {
    const told: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const id = (told as { session_id?: unknown } | null)?.session_id;
    return typeof id === 'string' ? id : undefined;
  } catch {
    return undefined;
  }
}

/** What the proxy did for a session; undefined where it has seen none of it. */
export async function sessionFacts(
  homes: Homes,
  session: string | undefined,
  patience: number,
): Promise<SessionFacts | undefined> {
  if (session === undefined) return undefined;
  try {
    const { sessions } = await askDaemon(homes, 'GET', '/admin/state', undefined, patience);
    const row = (sessions as readonly SessionRow[]).find((each) => each.session === session);
    if (row === undefined) return undefined;
    const { redactions, restored, unknown_placeholders: unknown } = row;
    return { redactions, restored, unknown };
  } catch (error) {
    if (error instanceof WaterwallError) return undefined;
    throw error;
  }
}
