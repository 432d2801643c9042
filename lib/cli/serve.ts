import type { Homes } from '../config/types.ts';
import { agentFiles } from '../ops/agent-files.ts';
import { startDaemon } from '../proxy/daemon.ts';
import { introduction } from './introduction.ts';
import { print, say } from './output.ts';
import { renderRequest } from './request-line.ts';
import { paintFor } from './style.ts';
import { readVersion } from './version.ts';

/** Runs the daemon in this process until it is told to end; gives its exit code. */
export async function serve(homes: Homes): Promise<number> {
  const paint = paintFor(process.stdout);
  const daemon = await startDaemon({
    homes,
    version: readVersion(),
    onLine: (line) => print(renderRequest(line, paint)),
    onFault: (error) => say(`waterwall: ${errorText(error)}`),
  });
  print(introduction({ ...(await agentFiles(homes)), listen: daemon.address }, paint));
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(130);
    stopping = true;
    if (process.stderr.isTTY) say('finishing what is under way; once more stops at once');
    daemon.stop().catch((error: unknown) => {
      say(`waterwall: ${errorText(error)}`);
      process.exit(2);
    });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  return await daemon.stopped;
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
