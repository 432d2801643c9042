import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveHomes } from '../../config/homes.ts';
import { initHome } from '../../config/init.ts';
import type { Homes } from '../../config/types.ts';
import { homeParts } from '../home-parts.ts';

/**
 * Makes a whole home in a folder that is thrown away: as `waterwall init` makes one, but for a
 * host list that sends one host's traffic to a provider on this machine, and free ports.
 */
export async function makeDemoHome(
  root: string,
  host: string,
  provider: { readonly port: number; readonly cert: string },
): Promise<Homes> {
  const homes = resolveHomes({ WATERWALL_HOME: root }, { uid: undefined, etcReadable: false });
  mkdirSync(homes.config, { recursive: true, mode: 0o700 });
  const write = (name: string, text: string): void =>
    writeFileSync(join(homes.config, name), text, { mode: 0o600 });
  write('provider.pem', provider.cert);
  write('config.yaml', 'listen: 127.0.0.1:0\nmetrics: { listen: off }\n');
  write(
    'permitted_hosts.yaml',
    [
      'hosts:',
      `  - host: ${host}`,
      '    sse_handler: anthropic',
      `    upstream: "https://127.0.0.1:${provider.port}"`,
      '    upstream_ca: provider.pem',
      '',
    ].join('\n'),
  );
  await initHome(homes, homeParts(homes));
  return homes;
}
