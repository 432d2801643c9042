import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { HOST } from './certificates.mjs';
import { start } from './process.mjs';

const LAUNCHER = fileURLToPath(new URL('../bin/waterwall.js', import.meta.url));
const POLL = 5;

/** Makes a home whose traffic goes to the provider of the benchmark. */
export async function makeHome(home, providerPort, roots) {
  const child = start([LAUNCHER, 'init'], { WATERWALL_HOME: home });
  let output = '';
  child.stderr.on('data', (text) => {
    output += text;
  });
  child.stdout.resume();
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`waterwall init failed: ${output}`);
  const port = await freePort();
  const upstream = `https://127.0.0.1:${providerPort}`;
  const host = { host: HOST, sse_handler: 'anthropic', upstream, upstream_ca: roots };
  const others = {
    'api.openai.com': 'openai',
    'api.deepseek.com': 'openai',
    'openrouter.ai': 'openai',
  };
  const hosts = [
    host,
    ...Object.entries(others).map(([name, sse_handler]) => ({ host: name, sse_handler })),
  ];
  const write = (name, value) => writeFileSync(join(home, 'etc', name), JSON.stringify(value));
  write('permitted_hosts.yaml', { hosts });
  write('config.yaml', { listen: `127.0.0.1:${port}`, metrics: { listen: 'off' } });
  return { home, port, ca: join(home, 'etc', 'ca.pem') };
}

/** Starts `waterwall up`; settles when its port takes connections. */
export async function startWaterwall({ home, port }) {
  const begun = performance.now();
  const profile = process.env.BENCH_PROFILE;
  const flags = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const child = start([...flags, LAUNCHER, 'up'], { WATERWALL_HOME: home });
  let output = '';
  child.stderr.on('data', (text) => {
    output += text;
  });
  child.stdout.resume();
  while (!(await listens(port))) {
    if (child.exitCode !== null) throw new Error(`waterwall up failed: ${output}`);
    await sleep(POLL);
  }
  return { pid: child.pid, port, child, startedIn: performance.now() - begun };
}

/** Ends a daemon in order, so that its log can be opened again. */
export async function stop({ child }) {
  child.kill('SIGTERM');
  await once(child, 'exit');
}

function listens(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
