import { type Duplex, duplexPair } from 'node:stream';
import type { SignerReach } from '../../../lib/audit/signer/reach.ts';

/** Where a message is: on its way to the signer, or its answer on the way back. */
export type Moment = `before ${string}` | `after ${string}`;

/** A way to the signer on which every message can be looked at before it is passed on. */
export function tappedReach(reach: SignerReach, onMessage: (moment: Moment) => void): SignerReach {
  return {
    ...reach,
    get pid() {
      return reach.pid;
    },
    open() {
      const inner = reach.open();
      const [near, far] = duplexPair();
      // The first thing it says answers nothing.
      const asked = ['hello'];
      passLines(far, inner, (line) => {
        const { op } = JSON.parse(line) as { op: string };
        asked.push(op);
        onMessage(`before ${op}`);
      });
      passLines(inner, far, () => onMessage(`after ${asked.shift()}`));
      inner.once('close', () => near.destroy());
      near.once('close', () => {
        far.destroy();
        inner.destroy();
      });
      inner.on('error', () => inner.destroy());
      far.on('error', () => far.destroy());
      return near;
    },
  };
}

function passLines(from: Duplex, to: Duplex, look: (line: string) => void): void {
  let rest = '';
  from.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      look(line);
      to.write(`${line}\n`);
    }
  });
}
