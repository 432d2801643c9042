import type { Gate } from '../ops/health-gate.ts';
import type { SessionFacts } from '../ops/hook/session.ts';
import type { Paint } from './style.ts';

/** How a closed gate is named where there is little room. */
const WORDS = {
  'not-running': 'down',
  unhealthy: 'unhealthy',
  'killswitch-engaged': 'stopped',
} as const;

/** The line that an agent shows. */
export function renderStatusLine(
  gate: Gate,
  session: SessionFacts | undefined,
  paint: Paint,
): string {
  if (!gate.open) return `${paint('red', `● waterwall ${WORDS[gate.code]}`)} ${gate.fix}`;
  const up = paint('green', '● waterwall');
  if (session === undefined) return `${up} ${paint('dim', 'no request of this session yet')}`;
  const { redactions, restored, unknown } = session;
  const counts = `${redactions} redacted, ${restored} restored`;
  const odd = unknown === 0 ? '' : ` ${paint('yellow', `${unknown} unknown placeholders`)}`;
  return `${up} ${counts}${odd}`;
}
