import type { Homes } from '../config/types.ts';
import { agentFiles } from '../ops/agent-files.ts';
import { operateKillSwitch } from '../ops/operate-killswitch.ts';
import { startDaemon } from '../proxy/daemon.ts';
import { introduction } from './introduction.ts';
import { renderSources } from './killswitch.ts';
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
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  // A closed terminal ends it; under nohup, which Node's handlers would override, it goes on.
  process.on('SIGHUP', () => process.stdout.isTTY && stop());
  print(introduction({ ...(await agentFiles(homes)), listen: daemon.address }, paint));
  const { sources } = await operateKillSwitch(homes, 'status', undefined);
  if (sources.length > 0) say(renderSources(sources, paintFor(process.stderr)));
  return await daemon.stopped;
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
