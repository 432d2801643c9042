import { describe, expect, it } from 'vitest';
import { buildHealth, type HealthFacts } from '../../lib/control/health.ts';

const NOW = Date.parse('2026-01-01T00:10:00Z');

const SIGNER = { keyReadable: true, isolated: false, anchored: undefined, failure: undefined };

const FACTS: HealthFacts = {
  now: NOW,
  startedAt: NOW - 61_500,
  version: '0.1.0',
  caMode: 'name-constrained',
  sessionKeyMadeAt: NOW - 3_600_000,
  lastUpstreamOkAt: undefined,
  upstreamReachable: undefined,
  sseParseFailures15m: 0,
  killSwitchSources: [],
  patternsLoaded: 60,
  patternsMinRequired: 30,
  policyHash: 'abc',
  signer: SIGNER,
  chainFailure: undefined,
  configFailure: undefined,
  refusedChanges: [],
  mapSize: 1,
  mapCapacity: 10_000,
};

describe('buildHealth', () => {
  it('says every field of the contract', () => {
    expect(buildHealth(FACTS)).toEqual({
      v: 1,
      ts: '2026-01-01T00:10:00.000Z',
      status: 'ok',
      problems: [],
      version: '0.1.0',
      uptime_seconds: 61,
      ca_mode: 'name-constrained',
      session_key_age_seconds: 3600,
      last_upstream_ok_ts: null,
      sse_parse_failures_15m: 0,
      killswitch_active: false,
      killswitch_sources: [],
      patterns_loaded: 60,
      patterns_min_required: 30,
      policy_hash: 'abc',
      signer_key_readable: true,
      signer_isolated: false,
      anchored: null,
      chain_intact: true,
      upstream_reachable: null,
      map_size: 1,
      map_capacity: 10_000,
      refused_changes: [],
    });
  });

  const bad: Readonly<Record<string, readonly [Partial<HealthFacts>, string]>> = {
    'the chain is': [{ chainFailure: 'disk full' }, 'chain'],
    'the signer is': [{ signer: { ...SIGNER, failure: 'silent for 10 s' } }, 'signer'],
    'patterns are missing': [{ patternsLoaded: 29 }, 'policy'],
    'there is no policy': [{ policyHash: undefined }, 'policy'],
    'the configuration is': [{ configFailure: 'permitted_hosts.yaml is missing' }, 'configuration'],
  };
  for (const [name, [facts, part]] of Object.entries(bad)) {
    it(`fails where ${name} bad`, () => {
      const health = buildHealth({ ...FACTS, ...facts });
      expect(health.status).toBe('failed');
      expect(health.problems).toMatchObject([{ part }]);
    });
  }

  it('stays well whatever kill switch and upstream do', () => {
    const facts = { killSwitchSources: ['http'], upstreamReachable: false, lastUpstreamOkAt: NOW };
    const health = buildHealth({ ...FACTS, ...facts });
    expect(health).toMatchObject({
      status: 'ok',
      killswitch_active: true,
      killswitch_sources: ['http'],
      upstream_reachable: false,
      last_upstream_ok_ts: '2026-01-01T00:10:00.000Z',
    });
  });

  it('is not failed by a signer that is just being restarted, and does not claim one', () => {
    const signer = { keyReadable: false, isolated: false, anchored: undefined, failure: undefined };
    const health = buildHealth({ ...FACTS, signer });
    expect(health).toMatchObject({
      status: 'ok',
      signer_key_readable: false,
      signer_isolated: false,
      anchored: null,
    });
  });

  it('shows no negative age where the clock was set back', () => {
    expect(buildHealth({ ...FACTS, startedAt: NOW + 5000 }).uptime_seconds).toBe(0);
  });
});
