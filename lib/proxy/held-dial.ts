import type { Connect } from '../audit/witness/submit.ts';
import { cutOff, type Dial } from './dial.ts';

/** What stops a connection that no exchange is behind. */
export interface Hold {
  /** Whether egress is stopped now. */
  isEngaged(): boolean;
  /** @returns the call that takes the listener away again */
  onEngage?(listener: () => void): () => void;
}

/**
 * A way out that is closed while the kill switch is engaged (DESIGN §9: it stops all egress), and
 * whose connections are cut when it engages.
 */
export function heldDial(dial: Dial, hold: Promise<Hold>): Connect {
  return (target, connected) => {
    void hold.then(({ isEngaged, onEngage }) => {
      if (isEngaged()) return connected(new Error('the kill switch is engaged'));
      const socket = dial(target, connected);
      const leave = onEngage?.(() => cutOff(socket));
      if (leave !== undefined) socket.once('close', leave);
    });
  };
}
