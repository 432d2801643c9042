import { describe, expect, it } from 'vitest';
import { loadPatterns } from '../../lib/config/load/patterns.ts';
import { policyHash } from '../../lib/config/policy-hash.ts';
import { TEMPLATES } from '../../lib/config/templates.ts';
import type { KnownSecrets, PatternPolicy } from '../../lib/config/types.ts';
import { Secret } from '../../lib/vault/secret.ts';
import { failure, homesWith } from './fixture.ts';

const BUILT_IN = ['AWS_ACCESS_KEY', 'JWT_TOKEN'];
const EMPTY: PatternPolicy = { patterns: [], allow: [], disable: [] };
const load = (text: string) => loadPatterns(homesWith({ 'patterns.yaml': text }), BUILT_IN);

describe('loadPatterns', () => {
  it('adds nothing without a file or with the template', () => {
    expect(loadPatterns(homesWith())).toEqual(EMPTY);
    expect(load(TEMPLATES.patterns)).toEqual(EMPTY);
  });

  it('reads the template when it is uncommented', () => {
    const text = TEMPLATES.patterns.replace(/^# ((?: {2}- |[a-z]+:).*)$/gm, '$1');
    expect(load(text)).toEqual({
      patterns: [{ type: 'ACME_TOKEN', regex: '\\bacme_[a-z0-9]{32}\\b', keywords: ['acme_'] }],
      allow: ['/test_[a-z0-9]+/'],
      disable: ['JWT_TOKEN'],
    });
  });

  it.each([
    [
      'a built-in name',
      'patterns: [{ type: JWT_TOKEN, regex: x }]',
      'patterns[0].type',
      /built-in/,
    ],
    [
      'a name twice',
      'patterns: [{ type: A, regex: x }, { type: A, regex: y }]',
      'patterns[1].type',
      /second time/,
    ],
    ['a bad name', 'patterns: [{ type: a-b, regex: x }]', 'patterns[0].type', /A-Z, 0-9 and _/],
    ['a missing regex', 'patterns: [{ type: A }]', 'patterns[0]', /"regex" is missing/],
    ['an unknown type', 'disable: [JWT_TOKENS]', 'disable[0]', /did you mean JWT_TOKEN\?/],
    ['a broken allow regex', 'allow: ["/hush(/"]', 'allow[0]', /no valid regular/],
    ['a key that is none', 'patern: []', 'patern', /did you mean "patterns"/],
  ])('refuses %s', (_, text, key, message) => {
    const error = failure(() => load(text));
    expect(error).toMatchObject({ code: 'config-invalid', details: { key, line: 1 } });
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('hush');
  });
});

describe('policyHash', () => {
  const key = Buffer.alloc(32, 1);
  const known = (value: string, type = 'A'): KnownSecrets => ({
    entries: [{ type, value: new Secret(Buffer.from(value)), source: 'x' }],
    skipped: [],
    envFiles: [],
    unreadable: [],
  });
  const none: KnownSecrets = { entries: [], skipped: [], envFiles: [], unreadable: [] };
  const pattern = (type: string) => ({ type, regex: 'x', keywords: ['b', 'a'] });
  const hash = (policy: Partial<PatternPolicy>, secrets = none, builtIn = '1', by = key) =>
    policyHash({ builtIn, patterns: { ...EMPTY, ...policy }, known: secrets }, by);

  it('does not depend on order', () => {
    const one = { patterns: [pattern('A'), pattern('B')], allow: ['a', 'b'], disable: ['X', 'Y'] };
    const other = {
      patterns: [{ ...pattern('B'), keywords: ['a', 'b'] }, pattern('A')],
      allow: ['b', 'a'],
      disable: ['Y', 'X'],
    };
    expect(hash(one)).toBe(hash(other));
    expect(hash(one)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('differs with each thing that decides', () => {
    const all = [
      hash({}),
      hash({ patterns: [pattern('A')] }),
      hash({ patterns: [{ ...pattern('A'), regex: 'y' }] }),
      hash({ allow: ['a'] }),
      hash({ disable: ['a'] }),
      hash({}, known('value-one')),
      hash({}, known('value-two')),
      hash({}, known('value-one', 'B')),
      hash({}, none, '2'),
      hash({}, known('value-one'), '1', Buffer.alloc(32, 2)),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('leaves our own keys out', () => {
    expect(hash({}, known('our own key', 'WATERWALL_KEY'))).toBe(hash({}));
  });
});
