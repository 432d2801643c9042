import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { loadHosts } from '../../lib/config/load/hosts.ts';
import { TEMPLATES } from '../../lib/config/templates.ts';
import {
  isKnownProvider,
  knownProviders,
  providerCoveredBy,
} from '../../lib/providers/known-hosts.ts';
import { failure, homesWith } from './fixture.ts';

const load = (text: string, files = {}) =>
  loadHosts(homesWith({ 'permitted_hosts.yaml': text, ...files }));

describe('loadHosts', () => {
  it('reads the template', () => {
    const policy = load(TEMPLATES.hosts);
    expect(policy.hosts.map(({ host, port, sseHandler }) => [host, port, sseHandler])).toEqual([
      ['api.anthropic.com', 443, 'anthropic'],
      ['api.openai.com', 443, 'openai'],
      ['api.deepseek.com', 443, 'openai'],
      ['openrouter.ai', 443, 'openai'],
    ]);
    expect(policy).toMatchObject({ unlistedHosts: 'tunnel', tunnel: [] });
  });

  it('reads upstream, its roots, a port, and exceptions', () => {
    const roots = `# a comment\n${rootCertificates[0]}\n`;
    const policy = load(
      `
hosts:
  - { host: LLM.corp.example, port: 8443, sse_handler: none, upstream: "https://[::1]:9443", upstream_ca: roots.pem }
  - { host: b.example, sse_handler: openai, upstream: "https://127.0.0.1" }
unlisted_hosts: refuse
tunnel: [ "*.corp.example", git.example ]
`,
      { 'roots.pem': roots },
    );
    expect(policy).toEqual({
      hosts: [
        {
          host: 'llm.corp.example',
          port: 8443,
          sseHandler: 'none',
          upstream: { host: '::1', port: 9443 },
          upstreamCa: `${rootCertificates[0]?.trim()}\n`,
        },
        {
          host: 'b.example',
          port: 443,
          sseHandler: 'openai',
          upstream: { host: '127.0.0.1', port: 443 },
        },
      ],
      unlistedHosts: 'refuse',
      tunnel: ['*.corp.example', 'git.example'],
    });
    expect(Object.isFrozen(policy.hosts[0])).toBe(true);
  });

  it('refuses a missing file', () => {
    expect(failure(() => loadHosts(homesWith())).code).toBe('file-missing');
  });

  const HOST_PROBLEMS: readonly (readonly [string, RegExp])[] = [
    ['127.0.0.1', /not an address/],
    ['"::1"', /not an address/],
    ['"[::1]"', /not an address/],
    ['1.2.3', /not an address/],
    ['a.0x7f', /not an address/],
    ['a.example.', /dot at the end/],
    ['"*.a.example"', /wildcards/],
    ['a_b.example', /no host name/],
    ['-a.example', /no host name/],
    ['a..example', /no host name/],
    ['"a b"', /no host name/],
    ['a.example/x', /no host name/],
    ['a.example:443', /not an address/],
    [`${'a'.repeat(64)}.example`, /no host name/],
    ['bücher.example', /no host name/],
  ];
  it.each(HOST_PROBLEMS)('refuses the host %s', (host, message) => {
    const text = `hosts:\n  - { host: fine.example, sse_handler: none }\n  - { host: ${host}, sse_handler: none }`;
    const error = failure(() => load(text));
    expect(error).toMatchObject({
      code: 'config-invalid',
      details: { line: 3, column: 7, key: 'hosts[1].host' },
    });
    expect(error.message).toMatch(message);
  });

  it.each([
    [
      'a duplicate',
      '[{ host: a.example, sse_handler: none }, { host: A.example, sse_handler: none }]',
      /second time/,
    ],
    ['no hosts', '[]', /must/],
    ['a host without handler', '[{ host: a.example }]', /"sse_handler" is missing/],
    ['an unknown handler', '[{ host: a.example, sse_handler: openia }]', /anthropic, openai, none/],
    [
      'plain HTTP upstream',
      '[{ host: a.example, sse_handler: none, upstream: "http://b.example" }]',
      /must be https/,
    ],
    [
      'an upstream with a path',
      '[{ host: a.example, sse_handler: none, upstream: "https://b.example/v1" }]',
      /without path/,
    ],
    [
      'an upstream with a password',
      '[{ host: a.example, sse_handler: none, upstream: "https://:x@b.example" }]',
      /credentials/,
    ],
    [
      'roots that are missing',
      '[{ host: a.example, sse_handler: none, upstream_ca: none.pem }]',
      /missing/,
    ],
    [
      'roots that are none',
      '[{ host: a.example, sse_handler: none, upstream_ca: permitted_hosts.yaml }]',
      /no valid PEM/,
    ],
  ])('refuses %s', (_, hosts, message) => {
    const error = failure(() => load(`hosts: ${hosts}`));
    expect(error.code).toBe('config-invalid');
    expect(error.message).toMatch(message);
  });

  it.each([
    ['api.groq.com', /covers the model provider api.groq.com/],
    ['"*.groq.com"', /api.groq.com/],
    ['"*.com"', /covers the model provider/],
    ['my-team.openai.azure.com', /my-team.openai.azure.com/],
    ['"*.azure.com"', /azure.com/],
    ['a.example', /is a permitted host/],
    ['10.0.0.1', /not an address/],
    ['"*"', /wildcards/],
    ['"a.*.example"', /wildcards/],
  ])('refuses the tunnel entry %s', (entry, message) => {
    const text = `hosts: [{ host: a.example, sse_handler: none }]\nunlisted_hosts: refuse\ntunnel:\n  - ${entry}`;
    const error = failure(() => load(text));
    expect(error).toMatchObject({ details: { line: 4, column: 5, key: 'tunnel[0]' } });
    expect(error.message).toMatch(message);
  });
});

describe('known providers', () => {
  it.each([
    'chatgpt.com',
    'api.groq.com',
    'generativelanguage.googleapis.com',
    'us-central1-aiplatform.googleapis.com',
    'bedrock-runtime.eu-west-1.amazonaws.com',
    'team.openai.azure.com',
    'eu.api.openai.com',
  ])('knows %s', (host) => expect(isKnownProvider(host)).toBe(true));

  it.each([
    'github.com',
    'registry.example',
    'openai.azure.com',
    'evilchatgpt.com',
    'chatgpt.com.evil.example',
    's3.eu-west-1.amazonaws.com',
    'bedrock-runtime.amazonaws.com',
    'bedrock-runtime.a.b.amazonaws.com',
    'storage.googleapis.com',
  ])('does not know %s', (host) => expect(isKnownProvider(host)).toBe(false));

  it('holds each entry once, in lower case', () => {
    expect(new Set(knownProviders).size).toBe(knownProviders.length);
    for (const name of knownProviders) expect(name).toMatch(/^(\*\.)?[a-z0-9*.-]+$/);
  });

  it.each([
    ['*.groq.com', true],
    ['*.api.groq.com', false],
    ['*.amazonaws.com', true],
    ['*.eu-west-1.amazonaws.com', true],
    ['*.s3.eu-west-1.amazonaws.com', false],
    ['*.x.openai.azure.com', true],
    ['*.corp.example', false],
    ['*.googleapis.com', true],
  ])('a tunnel to %s covers one: %s', (entry, covered) => {
    expect(providerCoveredBy(entry) !== undefined).toBe(covered);
  });
});
