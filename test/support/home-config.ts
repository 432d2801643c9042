import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { TEST_HOSTS } from './home-template.ts';

/** What is written into a home's config folder. Objects are written as YAML's subset JSON. */
export interface HomeOptions {
  /** Where the traffic of every permitted host goes. */
  readonly provider?: { readonly port: number; readonly root: string };
  /** Fields that replace those of one host's entry. */
  readonly hosts?: Readonly<Record<string, object>>;
  /** Further keys of `permitted_hosts.yaml`. */
  readonly policy?: object;
  /** The address that the daemon listens on, 127.0.0.1 if absent. */
  readonly address?: string;
  /** Keys of `config.yaml` beside the addresses. */
  readonly config?: object;
  /** Further files of the config folder. */
  readonly files?: Readonly<Record<string, string>>;
}

/**
 * Writes the configuration of a home that was just made.
 *
 * @returns the port it is told to listen on
 */
export async function writeConfig(home: string, options: HomeOptions): Promise<number> {
  const port = await freePort();
  const write = (name: string, value: object | string): Promise<void> =>
    writeFile(
      join(home, 'etc', name),
      typeof value === 'string' ? value : JSON.stringify(value, null, 2),
      { mode: 0o600 },
    );
  const { provider } = options;
  const upstream =
    provider === undefined
      ? {}
      : { upstream: `https://127.0.0.1:${provider.port}`, upstream_ca: 'roots.pem' };
  if (provider !== undefined) await write('roots.pem', provider.root);
  const hosts = Object.entries(TEST_HOSTS).map(([host, sse_handler]) => ({
    host,
    sse_handler,
    ...upstream,
    ...options.hosts?.[host],
  }));
  await write('permitted_hosts.yaml', { hosts, ...options.policy });
  await write('config.yaml', {
    listen: `${options.address ?? '127.0.0.1'}:${port}`,
    metrics: { listen: 'off' },
    ...options.config,
  });
  for (const [name, text] of Object.entries(options.files ?? {})) await write(name, text);
  return port;
}

/** The port that a home's daemon listens on. */
export async function portOf(home: string): Promise<number> {
  const text = await readFile(join(home, 'etc', 'config.yaml'), 'utf8');
  const { listen } = JSON.parse(text) as { listen: string };
  return Number(listen.split(':').at(-1));
}

/** A port of 127.0.0.1 on which nothing listens just now. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
