import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../lib/config/defaults.ts';
import { describeSettings } from '../../lib/config/describe.ts';
import { killSwitchInUnparsable } from '../../lib/config/kill-switch-line.ts';
import { loadSettings, parseSettings } from '../../lib/config/load/settings.ts';
import { formatDuration, formatSize, parseDuration, parseSize } from '../../lib/config/quantity.ts';
import { TEMPLATES } from '../../lib/config/templates.ts';
import { failure, homesWith } from './fixture.ts';

const load = (text: string) => loadSettings(homesWith({ 'config.yaml': text }));

describe('loadSettings', () => {
  it('gives the defaults for no file, an empty one, and the template', () => {
    expect(loadSettings(homesWith())).toEqual(DEFAULT_SETTINGS);
    expect(load('')).toEqual(DEFAULT_SETTINGS);
    expect(load('# nothing\n')).toEqual(DEFAULT_SETTINGS);
    expect(load(TEMPLATES.settings)).toEqual(DEFAULT_SETTINGS);
  });

  it('says the defaults in the template: with every line uncommented, nothing changes', () => {
    const setting = /^# ( *[a-z_]+:.*)$/gm;
    const text = TEMPLATES.settings
      .replace(setting, '$1')
      .replace('kill_switch: true', 'kill_switch: false')
      .replace(/^upstream_proxy.*$/m, '');
    expect(text).toContain('\n  capacity: 10000');
    expect(load(text)).toEqual(DEFAULT_SETTINGS);
  });

  it('reads everything, sizes in bytes and times in milliseconds', () => {
    const settings = load(`
kill_switch: true
listen: "[::1]:0"
session_key: ephemeral
store: { capacity: 5, bytes: 10MB, ttl: 90m, persist: sealed }
limits: { body: 4096, response_body: 1GiB, event: 1.5KiB, headers: 16 KiB, handshake_timeout: 500ms, header_timeout: 5s, connections: 9 }
shutdown_grace: 0s
upstream_proxy: http://proxy.corp.example:3128
refusal_status: 502
metrics: { listen: off }
dashboard: { latency_budget: 1s }
log: { level: warn, format: json }
audit: { checkpoint_lines: 10, checkpoint_interval: 1m, session_idle: 2m, signer_timeout: 3s, retention: 180d, key_epoch: 12h }
`);
    expect(settings).toEqual({
      killSwitch: true,
      listen: { host: '::1', port: 0 },
      listenAnyway: false,
      sessionKey: 'ephemeral',
      store: { capacity: 5, bytes: 10_000_000, ttl: 5_400_000, persist: 'sealed' },
      limits: {
        body: 4096,
        responseBody: 1024 ** 3,
        event: 1536,
        headers: 16_384,
        handshakeTimeout: 500,
        headerTimeout: 5000,
        connections: 9,
      },
      shutdownGrace: 0,
      upstreamProxy: 'http://proxy.corp.example:3128',
      refusalStatus: 502,
      metrics: {},
      dashboard: { latencyBudget: 1000 },
      log: { level: 'warn', format: 'json' },
      audit: {
        checkpointLines: 10,
        checkpointInterval: 60_000,
        sessionIdle: 120_000,
        retention: 180 * 24 * 60 * 60_000,
        signerTimeout: 3000,
        keyEpoch: 12 * 60 * 60_000,
      },
    });
  });

  it('has keys that sign for a day, or for good', () => {
    expect(load('').audit.keyEpoch).toBe(24 * 60 * 60_000);
    const witness = '{ url: "https://w.example", key: "w+00000000+AAAA" }';
    const anchored = (more: string) => load(`audit: { anchor: { witness: ${witness} }${more} }`);
    expect(anchored('').audit).not.toHaveProperty('keyEpoch');
    expect(anchored(', key_epoch: 7d').audit.keyEpoch).toBe(7 * 24 * 60 * 60_000);
    expect(load('audit: { key_epoch: off }').audit).not.toHaveProperty('keyEpoch');
    expect(load('audit: { retention: off }').audit).not.toHaveProperty('retention');
  });

  it('freezes what it gives', () => {
    const settings = load('store: { capacity: 5 }');
    expect(Object.isFrozen(settings) && Object.isFrozen(settings.store)).toBe(true);
  });

  it.each([
    [
      'an unknown key, with the one that was meant',
      'kil_switch: true',
      1,
      1,
      'kil_switch',
      /did you mean "kill_switch"\?/,
    ],
    ['an unknown key below', 'store:\n  capasity: 5', 2, 3, 'store.capasity', /"capacity"/],
    ['a wholly unknown key', 'zzzzzzzz: 5', 1, 1, 'zzzzzzzz', /known are kill_switch, listen/],
    ['a wrong type', 'listen: x:1\nkill_switch: "yes"', 2, 1, 'kill_switch', /must be boolean/],
    ['a list for a map', 'store: [1]', 1, 1, 'store', /must be object/],
    ['a duration without unit', 'store:\n  ttl: 4', 2, 3, 'store.ttl', /500ms, 10s/],
    ['a size of nothing', 'limits: { body: 0MiB }', 1, 11, 'limits.body', /at least 1/],
    ['a status that is none', 'refusal_status: 200', 1, 1, 'refusal_status', />= 400/],
    ['an odd choice', 'session_key: often', 1, 1, 'session_key', /persistent, ephemeral/],
    ['no loopback', 'listen: 0.0.0.0:8888', 1, 1, 'listen', /no loopback/],
    ['metrics for all', 'metrics: { listen: "10.0.0.1:1" }', 1, 12, 'metrics.listen', /loopback/],
    ['a port too high', 'listen: 127.0.0.1:70000', 1, 1, 'listen', /HOST:PORT/],
    ['a proxy that is none', 'upstream_proxy: socks://x', 1, 1, 'upstream_proxy', /HTTP proxy/],
    ['a short memory', 'audit: { retention: 5h }', 1, 10, 'audit.retention', /at least 1d/],
    ['a hasty key', 'audit: { key_epoch: 10ms }', 1, 10, 'audit.key_epoch', /at least 1s/],
    ['no socket', 'audit: { signer: here }', 1, 10, 'audit.signer', /absolute path of the socket/],
    ['no anchor', 'audit: { anchor: ssh x }', 1, 10, 'audit.anchor', /command as a list/],
    ['a duplicate key', 'kill_switch: true\nkill_switch: false', 2, 1, '', /second time/],
    ['a prototype', '__proto__: { kill_switch: true }', 1, 1, '__proto__', /unknown key/],
    ['broken YAML', 'store: {', 1, 9, '', /missing/],
    ['two documents', 'kill_switch: true\n---\nkill_switch: false', 2, 1, '', /second document/],
    ['a list', '- a', 1, 1, '', /must be object/],
  ])('refuses %s', (_, text, line, column, key, message) => {
    const homes = homesWith({ 'config.yaml': text });
    const error = failure(() => loadSettings(homes));
    const file = `${homes.config}/config.yaml`;
    expect(error).toMatchObject({ code: 'config-invalid', details: { file, line, column, key } });
    expect(error.message).toMatch(message);
    expect(error.message).toContain(`${file}:${line}:${column}: ${key}`);
    expect(error.fix).not.toBe('');
  });

  it('knows a signer of its own, and where checkpoints are anchored', () => {
    expect(load('audit: { signer: child }').audit).not.toHaveProperty('signerSocket');
    const { audit } = load('audit: { signer: /run/s.sock, anchor: [tee, -a, /mnt/notes] }');
    expect(audit).toMatchObject({
      signerSocket: '/run/s.sock',
      anchor: ['tee', '-a', '/mnt/notes'],
    });
    expect(load('audit: { anchor: /mnt/notes }').audit.anchor).toBe('/mnt/notes');
  });

  it('listens elsewhere where that is asked for', () => {
    expect(load('listen: 0.0.0.0:8888\nlisten_anyway: true').listen.host).toBe('0.0.0.0');
  });

  it.each(['127.0.0.1:1', '127.9.9.9:1', 'localhost:1', '[::1]:1', '[0:0:0:0:0:0:0:1]:1'])(
    'takes %s for loopback',
    (address) => {
      expect(parseSettings('config.yaml', `listen: "${address}"`).listen.port).toBe(1);
    },
  );

  it.each(['127.0.0.1.evil.example:1', '[::2]:1', '[::ffff:10.0.0.1]:1', '127.1:1'])(
    'does not take %s for loopback',
    (address) => {
      const act = () => parseSettings('config.yaml', `listen: "${address}"`);
      expect(failure(act).code).toBe('config-invalid');
    },
  );
});

describe('describeSettings', () => {
  it('tells where each value came from, and hides the password of a proxy', () => {
    const homes = homesWith({
      'config.yaml': 'store:\n  bytes: 1024KiB\nupstream_proxy: http://u:hush-hush@p.example:1\n',
    });
    const rows = describeSettings(homes);
    expect(rows).toContainEqual({ key: 'store.bytes', value: '1MiB', from: 'file', line: 2 });
    expect(rows).toContainEqual({ key: 'store.ttl', value: '4h', from: 'default' });
    expect(rows).toContainEqual({
      key: 'upstream_proxy',
      value: 'http://***@p.example:1',
      from: 'file',
      line: 3,
    });
    expect(JSON.stringify(rows)).not.toContain('hush');
  });
});

describe('killSwitchInUnparsable', () => {
  it.each([
    'kill_switch: true',
    '{{{\nkill_switch: true\n- x',
    '  kill_switch : true # now!',
    '"kill_switch": true',
    '\uFEFFkill_switch: true',
    'x: [\r\nkill_switch: TRUE\r\n',
    'kill_switch: yes',
    '{ listen: x, kill_switch: true',
    'kill_switch:\n  true',
    "kill_switch: 'true'",
  ])('engages for %j', (text) => expect(killSwitchInUnparsable(text)).toBe(true));

  it.each([
    '',
    '# kill_switch: true',
    'kill_switch: false',
    'my_kill_switch: true',
    'kill_switch: truely',
  ])('does not for %j', (text) => expect(killSwitchInUnparsable(text)).toBe(false));
});

describe('quantities', () => {
  it('come back as they were formatted', () => {
    fc.assert(
      fc.property(fc.nat(), (amount) => {
        expect(parseSize(formatSize(amount))).toBe(amount);
        expect(parseDuration(formatDuration(amount))).toBe(amount);
      }),
    );
  });

  it.each(['', 'MiB', '1XB', '-1MB', '1e3', '1.0001B', 'constructor', '1 constructor'])(
    '%j is none',
    (text) => {
      expect(parseSize(text)).toBeUndefined();
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});
