import { type AgentEnvironmentInput, agentEnvironment, proxyUrl } from '../ops/agent-env.ts';
import { setVariables } from '../ops/shell-syntax.ts';
import type { Paint } from './style.ts';

/** What `up` says once it listens: where, and how agents get there. */
export function introduction(input: AgentEnvironmentInput, paint: Paint): string {
  const variables = setVariables('sh', agentEnvironment(input)).trimEnd().split('\n');
  return [
    `${paint('green', '●')} ${paint('bold', 'Waterwall')} listens on ${paint('bold', proxyUrl(input.listen))}`,
    '',
    `  ${paint('cyan', 'waterwall run -- claude')}      an agent through it`,
    `  ${paint('cyan', 'eval "$(waterwall env)"')}      this shell and all it starts, which sets`,
    '',
    ...variables.map((line) => `  ${paint('dim', line)}`),
    '',
  ].join('\n');
}
