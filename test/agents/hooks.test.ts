import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { waterwall } from '../cli/transcript.ts';
import { startRelay } from '../support/relay.ts';
import { useRig } from '../support/rig.ts';
import { AGENTS, type Agent, type Setting } from './agents.ts';
import { type Installed, installAgents } from './install.ts';
import { type Staged, stage } from './stage.ts';

// What `waterwall hook install` writes, run by real Claude Code.
const claude = AGENTS.find(({ command }) => command === 'claude') as Agent;
const WARNING = 'is not ready: the proxy is not running';

let installed: Installed;
beforeAll(async () => {
  installed = (await installAgents()).claude;
});

/** Claude Code with our hooks in its settings, which ask the proxy of a home. */
function hooked(home: string, change: (settings: Settings) => void = () => {}): Agent {
  return {
    ...claude,
    prepare: async (setting: Setting) => {
      const settings = join(setting.home, '.claude', 'settings.json');
      const done = await waterwall(['hook', 'install', '--settings', settings], { home });
      if (done.code !== 0) throw new Error(done.stderr);
      const value = JSON.parse(await readFile(settings, 'utf8')) as Settings;
      change(value);
      await writeFile(settings, JSON.stringify(value));
    },
  };
}

interface Settings {
  readonly hooks: Record<string, unknown>;
}

describe('Claude Code with our hooks', () => {
  const rig = useRig({ policy: { unlisted_hosts: 'refuse' } });

  /** Says something through the proxy, or past it. */
  async function say(
    agent: Agent,
    through: 'proxy' | 'relay',
    skip: (why: string) => never,
  ): Promise<Staged['run']> {
    if (!('path' in installed)) return skip(installed.missing);
    rig.provider.forget();
    const given = { file: '', prompt: () => 'say hello' };
    if (through === 'proxy') {
      const { port, ca } = rig.daemon;
      return (await stage(agent, installed.path, { ...given, proxyPort: port, roots: ca })).run;
    }
    const relay = await startRelay(rig.provider.port);
    try {
      const { root } = rig.provider;
      return (await stage(agent, installed.path, { ...given, proxyPort: relay.port, roots: root }))
        .run;
    } finally {
      await relay.close();
    }
  }

  /** The prompts that left. */
  const prompts = () =>
    rig.provider.requests.filter(
      ({ url, text }) => url.startsWith('/v1/messages') && text().includes('say hello'),
    );

  test('while the proxy is well they are not felt', async ({ skip }) => {
    const run = await say(hooked(rig.daemon.home), 'proxy', skip);
    expect(run.code, run.output).toBe(0);
    expect(prompts().length).toBeGreaterThan(0);
    expect(prompts().some(({ text }) => text().includes('Waterwall, the local proxy'))).toBe(false);
  });

  test('where it is down the warning reaches the session', async ({ skip }) => {
    // Without the gate, and past the proxy: else there would be no request to look into.
    const warned = hooked('/nonexistent', ({ hooks }) => delete hooks['UserPromptSubmit']);
    const run = await say(warned, 'relay', skip);
    expect(run.code, run.output).toBe(0);
    expect(prompts().some(({ text }) => text().includes(WARNING))).toBe(true);
  });

  test('where it is down no prompt leaves', async ({ skip }) => {
    const run = await say(hooked('/nonexistent'), 'relay', skip);
    expect(prompts(), run.output).toEqual([]);
    expect(run.output).toContain('Waterwall: the proxy is not running; start it with');
  });

  test('with the kill switch engaged no prompt leaves', async ({ skip }) => {
    await rig.daemon.admin('POST', '/admin/killswitch', { action: 'arm', reason: 'a test' });
    try {
      const before = rig.daemon.output().length;
      const run = await say(hooked(rig.daemon.home), 'proxy', skip);
      expect(run.output).toContain('Waterwall: the kill switch is engaged (sources: http)');
      // Not even to the proxy.
      expect(rig.daemon.output().slice(before)).not.toContain('POST /v1/messages');
    } finally {
      await rig.daemon.admin('POST', '/admin/killswitch', { action: 'disarm' });
    }
  });
});
