import { type AgentEnvironmentInput, agentEnvironment, proxyUrl } from '../ops/agent-env.ts';
import type { Paint } from './style.ts';

/** What `up` says once it listens: where, and how agents get there. */
export function introduction(input: AgentEnvironmentInput, paint: Paint): string {
  const { NODE_EXTRA_CA_CERTS } = agentEnvironment(input);
  return [
    `${paint('green', '●')} ${paint('bold', 'Waterwall')} listens on ${paint('bold', proxyUrl(input.listen))}`,
    '',
    `  ${paint('cyan', 'waterwall run -- claude')}      an agent through it`,
    `  ${paint('cyan', 'eval "$(waterwall env)"')}      this shell, and all it starts`,
    paint('dim', `  CA: ${NODE_EXTRA_CA_CERTS}`),
    '',
  ].join('\n');
}
