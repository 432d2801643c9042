import { threadVerifierOf } from './ed25519.ts';
import type { LogKey } from './log-key.ts';
import type { VerifierKey } from './vkey.ts';

/** A key whose signatures are verified in other threads, while the caller goes on. */
export interface LaterKey {
  /** Says yes to every signature of the right form; {@link LaterKey.allGood} knows better. */
  readonly key: LogKey;
  /** Waits while many signatures are under way; undefined where there is no need to. */
  room(): Promise<void> | undefined;
  /** Whether all signatures so far were good. */
  allGood(): Promise<boolean>;
}

/** Signatures under way at once: enough for all threads of the pool, few enough to remember. */
const MANY = 64;

/** What {@link verifierKey} does at once, done later. */
export function verifyLater(now: LogKey): LaterKey {
  const running = new Set<Promise<void>>();
  let good = true;

  function begin(checking: Promise<boolean>): boolean {
    const one = checking.then(
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

  function later(key: VerifierKey): VerifierKey {
    const verify = threadVerifierOf(key.publicKey);
    return { ...key, verify: (message, signature) => begin(verify(message, signature)) };
  }

  const { epochs = [] } = now;
  return {
    key: { ...later(now), epochs: epochs.map(({ from, key }) => ({ from, key: later(key) })) },
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
