import { serveParent } from './serve.ts';

/**
 * The signer as the daemon's child: ends this process when the daemon has gone.
 *
 * The signals that a terminal or a service manager sends to both are for the daemon alone: it
 * writes its last line when it stops, and that has to be signed.
 */
export async function signerChild(): Promise<never> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  endOnFault();
  await serveParent(process.env['STATE_DIRECTORY'] ?? '');
  process.exit(0);
}

/**
 * A state that could not be saved is not known any more, and nothing may be signed from memory:
 * the process ends, says why, and the next one reads what the disk has.
 */
export function endOnFault(): void {
  process.on('uncaughtException', (error) => {
    process.stderr.write(`waterwall signer: ${error.message}\n`, () => process.exit(1));
  });
}
