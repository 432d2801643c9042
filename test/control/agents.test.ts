import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identifyClient, safeId } from '../../lib/control/agents.ts';

const ua = (value: string): string[] => ['User-Agent', value];

describe('identifyClient', () => {
  const agents: readonly (readonly [headers: string[], agent: string | undefined])[] = [
    [ua('claude-cli/2.1.330 (external, cli)'), 'claude'],
    [ua('codex_cli_rs/0.144.6 (Debian 13; x86_64)'), 'codex'],
    [ua('codex_exec/0.169.0'), 'codex'],
    [ua('opencode/1.18.33 ai-sdk/provider-utils/4.0.1'), 'opencode'],
    [ua('ai/6.0.326 ai-sdk/openai/3.0'), 'ai-sdk'],
    [ua('Anthropic/JS 1.12.0'), 'anthropic-sdk'],
    [ua('AsyncOpenAI/Python 3.22.1'), 'openai-sdk'],
    [ua('curl/8.14.1'), 'curl'],
    [[...ua('something'), 'X-Claude-Code-Session-Id', 'x'], 'claude'],
    [['originator', 'codex_cli_rs'], 'codex'],
    [ua('Mozilla/5.0'), undefined],
    [[], undefined],
  ];
  for (const [headers, agent] of agents) {
    it(`takes ${headers.join(' ') || 'nothing'} for ${agent ?? 'unknown'}`, () => {
      expect(identifyClient(headers).agent).toBe(agent);
    });
  }

  it('takes ids in order of the list, whatever the order of the fields', () => {
    const headers = ['x-request-id', 'r2', 'X-Session-Id', 's3', 'session-id', 's2'];
    expect(identifyClient(headers)).toMatchObject({ session: 's2', request: 'r2' });
    headers.push('x-claude-code-session-id', 's1', 'x-client-request-id', 'r1');
    expect(identifyClient(headers)).toMatchObject({ session: 's1', request: 'r1' });
  });

  it('takes the first of repeated fields and none that is empty', () => {
    const headers = ['session-id', 'first', 'session-id', 'second', 'x-request-id', ' '];
    expect(identifyClient(headers)).toMatchObject({ session: 'first', request: undefined });
  });

  it('gives ids that are safe anywhere', () => {
    expect(safeId('../../etc/passwd\r\nx')).toBe('.._.._etc_passwd__x');
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: 'binary' }), (text) => {
        const id = identifyClient(['session-id', text]).session;
        if (id !== undefined) expect(id).toMatch(/^[A-Za-z0-9._:-]{1,128}$/);
      }),
    );
  });
});
