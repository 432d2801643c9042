import { describe, expect, test } from 'vitest';
import { AGENTS, agentEnvironment, proxyUrl } from '../../lib/ops/agent-env.ts';

const FILES = {
  listen: { host: '127.0.0.1', port: 8888 },
  ca: '/home/of/ca.pem',
  bundle: '/home/of/ca-bundle.pem',
};

describe('agentEnvironment', () => {
  test('leaves plain HTTP alone: the listener answers CONNECT only', () => {
    const names = Object.keys(agentEnvironment(FILES)).map((name) => name.toUpperCase());
    expect(names).not.toContain('HTTP_PROXY');
    expect(names).not.toContain('ALL_PROXY');
  });

  test.each([...AGENTS, undefined])('sends %s through the proxy, but not to loopback', (agent) => {
    const variables = agentEnvironment(agent === undefined ? FILES : { ...FILES, agent });
    expect(variables['HTTPS_PROXY']).toBe('http://127.0.0.1:8888');
    expect(variables['https_proxy']).toBe(variables['HTTPS_PROXY']);
    expect(variables['NO_PROXY']?.split(',')).toEqual(['localhost', '127.0.0.1', '::1']);
    expect(variables['no_proxy']).toBe(variables['NO_PROXY']);
  });

  test('gives the bundle where a file replaces the roots, our CA where it is added', () => {
    const variables = agentEnvironment(FILES);
    expect(variables['NODE_EXTRA_CA_CERTS']).toBe(FILES.ca);
    for (const name of [
      'SSL_CERT_FILE',
      'REQUESTS_CA_BUNDLE',
      'CURL_CA_BUNDLE',
      'GIT_SSL_CAINFO',
    ]) {
      expect(variables[name], name).toBe(FILES.bundle);
    }
  });

  test('without an agent it is the union of all', () => {
    const union = agentEnvironment(FILES);
    for (const agent of AGENTS) expect(union).toMatchObject(agentEnvironment({ ...FILES, agent }));
    expect(union['CODEX_CA_CERTIFICATE']).toBe(FILES.bundle);
    expect(union['CLAUDE_CODE_CERT_STORE']).toBe('bundled,system');
    expect(agentEnvironment({ ...FILES, agent: 'codex' })).not.toHaveProperty(
      'CLAUDE_CODE_CERT_STORE',
    );
  });
});

test.each([
  ['127.0.0.1', 'http://127.0.0.1:1'],
  ['::1', 'http://[::1]:1'],
  ['0.0.0.0', 'http://127.0.0.1:1'],
  ['::', 'http://[::1]:1'],
])('proxyUrl of %s', (host, url) => {
  expect(proxyUrl({ host, port: 1 })).toBe(url);
});
