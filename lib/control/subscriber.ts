import type { ServerResponse } from 'node:http';

/** Some client that is sent events, and how far it has read. */
export interface Subscriber {
  /**
   * Sends, unless what was sent before is still waiting to be read: then the subscriber is left out
   * and owes nothing but a whole snapshot, so that at most one message is ever buffered for it.
   */
  send(message: string): void;
  /** It has missed something: what it gets next must be a whole snapshot. */
  readonly stale: boolean;
  /** Sends a whole snapshot; from then on it is up to date. */
  refresh(snapshot: string): void;
  /**
   * Ends it as an answer ends, so that the client knows that nothing was cut off.
   *
   * @param last - sent before, whatever still waits
   */
  end(last?: string): void;
}

/** What a subscriber may take. */
export interface SubscriberLimits {
  /** Milliseconds that a message may wait to be read before the client is dropped. */
  readonly patience: number;
}

/**
 * @param onReady - it has read what it was sent, and is stale
 * @param onGone - it has gone, or was dropped
 */
export function createSubscriber(
  response: ServerResponse,
  { patience }: SubscriberLimits,
  onReady: () => void,
  onGone: () => void,
): Subscriber {
  let stale = false;
  let dropping: NodeJS.Timeout | undefined;
  const write = (message: string): void => {
    if (response.destroyed || response.writableEnded || response.write(message)) return;
    drop();
  };
  const drop = (): void => {
    dropping ??= setTimeout(() => response.destroy(), patience).unref();
  };
  response.on('drain', () => {
    clearTimeout(dropping);
    dropping = undefined;
    if (stale) onReady();
  });
  response.once('close', () => {
    clearTimeout(dropping);
    onGone();
  });
  response.on('error', () => response.destroy());
  return {
    get stale() {
      return stale;
    },
    send(message) {
      if (dropping === undefined && !stale) write(message);
      else stale = true;
    },
    refresh(snapshot) {
      if (dropping !== undefined) return;
      stale = false;
      write(snapshot);
    },
    end(last) {
      response.end(last);
      drop();
    },
  };
}
