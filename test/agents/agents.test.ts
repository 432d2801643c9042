import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { findLeaks } from '../support/leaks.ts';
import { startRelay } from '../support/relay.ts';
import { useRig } from '../support/rig.ts';
import { type MadeSecret, makeSecrets } from '../support/secrets.ts';
import { until } from '../support/until.ts';
import { AGENTS, type Agent } from './agents.ts';
import { type Command, type Installed, installAgents } from './install.ts';
import { stage } from './stage.ts';

// Real agents read a file with secrets, write it to another file and say what it holds. They write
// and say the secrets; the provider never sees one.
const TYPES = [
  'AWS_ACCESS_KEY',
  'GITHUB_TOKEN',
  'ANTHROPIC_KEY',
  'JWT_TOKEN',
  'OPENAI_KEY',
  'PEM_BLOCK',
];
const secrets = makeSecrets(20).filter(({ type }) => TYPES.includes(type));
const FILE = `${secrets.map(assignment).join('\n')}\nDEBUG=1\n`;

function assignment({ type, value }: MadeSecret): string {
  return value.includes('\n') ? value : `${type}="${value}"`;
}

let installed: Readonly<Record<Command, Installed>>;
beforeAll(async () => {
  installed = await installAgents();
});

/** Where an agent is; a test of one that cannot be installed is skipped, and says why. */
function find(agent: Agent, skip: (reason: string) => never): string {
  const found = installed[agent.command];
  return 'path' in found ? found.path : skip(found.missing);
}

const NAMED = AGENTS.map((agent) => [agent.name, agent] as const);

describe('through Waterwall', () => {
  const rig = useRig({ policy: { unlisted_hosts: 'refuse' } });

  test.for(NAMED)('%s writes the secrets; its provider sees none', async ([, agent], { skip }) => {
    await play(rig, agent, find(agent, skip));
    expect(
      rig.provider.requests.filter((one) => one.url.startsWith(agent.path)).length,
    ).toBeGreaterThan(2);
  });
});

describe('where the provider takes WebSockets', () => {
  const rig = useRig({ policy: { unlisted_hosts: 'refuse' } }, { webSocket: 'accept' });
  const codex = AGENTS.filter(({ command }) => command === 'codex').map(
    (one) => [one.name, one] as const,
  );

  test.for(codex)('%s writes the secrets; its provider sees none', async ([, agent], { skip }) => {
    const output = await play(rig, agent, find(agent, skip));
    // It asks for a list of models elsewhere, which is not permitted here.
    const complaints = output
      .split('\n')
      .filter((line) => /\berror\b|reconnect|falling back|stream disconnected/i.test(line))
      .filter((line) => !line.includes('failed to refresh available models'));
    expect(complaints).toEqual([]);
    expect(rig.provider.messages.length).toBeGreaterThan(2);
    const posts = rig.provider.requests.filter(({ method }) => method === 'POST');
    expect(posts.map(({ url }) => url)).toEqual([]);
    const lines = rig.daemon.output().split('\n');
    expect(lines.filter((line) => line.includes(`GET ${agent.path}  101`))).not.toEqual([]);
    expect(lines.filter((line) => / {2}(?:---|[45]\d\d) {2}/.test(line))).toEqual([]);
  });

  test.for(codex)('%s stops where it is cut between two turns', async ([, agent], { skip }) => {
    const command = find(agent, skip);
    rig.provider.forget();
    const { daemon } = rig;
    const script = [{ tool: 'exec_command', input: { cmd: 'sleep 2' } }, { text: 'not said' }];
    const running = stage(agent, command, {
      proxyPort: daemon.port,
      roots: daemon.ca,
      file: FILE,
      prompt: () => `play @@${JSON.stringify(script)}@@`,
    });
    await until(() => rig.provider.messages.some((one) => one.includes('sleep 2')), {
      timeout: 30_000,
    });
    await sleep(500);
    await daemon.admin('POST', '/admin/killswitch', { action: 'arm', reason: 'a test' });
    try {
      const { run } = await running;
      expect(run.timedOut, run.output).toBe(false);
      expect(run.output).toContain('Waterwall: kill switch engaged');
      expect(run.output).not.toContain('codex\nnot said');
    } finally {
      await daemon.admin('POST', '/admin/killswitch', { action: 'disarm' });
    }
  });
});

/** Lets an agent play its script; gives what it printed. */
async function play(
  rig: ReturnType<typeof useRig>,
  agent: Agent,
  command: string,
): Promise<string> {
  rig.provider.forget();
  const { run, written } = await stage(agent, command, {
    proxyPort: rig.daemon.port,
    roots: rig.daemon.ca,
    file: FILE,
    prompt: (setting) => `play @@${JSON.stringify(agent.script(setting))}@@`,
  });
  expect([run.code, run.timedOut], run.output).toEqual([0, false]);
  expect(written?.trimEnd(), run.output).toBe(FILE.trimEnd());
  for (const { value } of secrets.filter((one) => !one.value.includes('\n'))) {
    expect(run.output).toContain(value);
  }
  expect(findLeaks(rig.provider, secrets)).toEqual([]);
  return run.output;
}

describe('with the kill switch engaged', () => {
  const rig = useRig({ policy: { unlisted_hosts: 'refuse' } });

  test.for(NAMED)('%s stops at once and shows why', async ([, agent], { skip }) => {
    const command = find(agent, skip);
    const given = { file: FILE, prompt: () => 'say hello' };
    // How long it takes to start, ask once and end where nothing is in its way.
    rig.provider.forget();
    const relay = await startRelay(rig.provider.port);
    const plain = await stage(agent, command, {
      ...given,
      proxyPort: relay.port,
      roots: rig.provider.root,
    });
    await relay.close();
    expect(plain.run.code, plain.run.output).toBe(0);

    const needed = rig.provider.requests.filter((one) => one.url.startsWith(agent.path)).length;

    rig.provider.forget();
    const { daemon } = rig;
    const before = daemon.output().length;
    await daemon.admin('POST', '/admin/killswitch', { action: 'arm', reason: 'a test' });
    try {
      const stopped = await stage(agent, command, {
        ...given,
        proxyPort: daemon.port,
        roots: daemon.ca,
      });
      expect(stopped.run.output).toContain('Waterwall: kill switch engaged');
      expect(rig.provider.requests.map(({ url }) => url)).toEqual([]);
      // No request of the prompt is repeated: the daemon prints a line for each. Codex asks for a
      // WebSocket, and once more for the prompt itself.
      const tried = daemon
        .output()
        .slice(before)
        .split('\n')
        .filter((line) => ['GET', 'POST'].some((one) => line.includes(`${one} ${agent.path}`)));
      expect(tried.length, tried.join('\n')).toBeGreaterThanOrEqual(1);
      expect(tried.length, tried.join('\n')).toBeLessThanOrEqual(needed + 1);
      expect(stopped.run.took - plain.run.took).toBeLessThan(2000);
    } finally {
      await daemon.admin('POST', '/admin/killswitch', { action: 'disarm' });
    }
  });
});
