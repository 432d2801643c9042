import { threadVerifierOf } from './ed25519.ts';
import type { VerifierKey } from './vkey.ts';

/** A key whose signatures are verified in other threads, while the caller goes on. */
export interface LaterKey {
  /** Says yes to every signature of the right form; {@link LaterKey.allGood} knows better. */
  readonly key: VerifierKey;
  /** Waits while many signatures are under way; undefined where there is no need to. */
  room(): Promise<void> | undefined;
  /** Whether all signatures so far were good. */
  allGood(): Promise<boolean>;
}

/** Signatures under way at once: enough for all threads of the pool, few enough to remember. */
const MANY = 64;

/** What {@link verifierKey} does at once, done later. */
export function verifyLater(now: VerifierKey): LaterKey {
  const verify = threadVerifierOf(now.publicKey);
  const running = new Set<Promise<void>>();
  let good = true;

  function begin(message: Uint8Array, signature: Uint8Array): boolean {
    const one = verify(message, signature).then(
      (isGood) => {
        good &&= isGood;
        running.delete(one);
      },
      () => {
        good = false;
        running.delete(one);
      },
    );
    running.add(one);
    return true;
  }

  return {
    key: { ...now, verify: begin },
    room: () => (running.size < MANY ? undefined : drained()),
    async allGood() {
      await drained();
      return good;
    },
  };

  async function drained(): Promise<void> {
    await Promise.all(running);
  }
}
