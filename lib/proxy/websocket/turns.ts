import { isRefusal, type WaterwallError } from '../../errors.ts';
import type { MessageGrammar } from '../../providers/types.ts';
import type { MutablePin } from '../../vault/types.ts';
import { auditExchange, type ExchangeAudit } from '../exchange-audit.ts';
import type { ExchangeContext } from '../exchange-context.ts';
import type { ExchangeReport, Outcome } from '../report.ts';

/** One message of the client and what is said to it: an exchange in state, log and audit. */
export interface Turn {
  readonly report: ExchangeReport;
  readonly audit: ExchangeAudit;
  readonly pin: MutablePin;
  /** The API says when its answer is complete. */
  readonly awaiting: boolean;
}

/** The exchanges of one WebSocket. */
export interface Turns {
  /** A message of the client; undefined where the provider speaks unasked. */
  begin(message: Buffer | undefined): Turn;
  /** The message has left. */
  sent(turn: Turn): void;
  /** The turn to which what the provider says now belongs. */
  current(): Turn;
  /** Whether a message of the provider completes an answer. */
  completes(message: Buffer): boolean;
  /** The answer that was begun first is complete. */
  completed(): void;
  /** Ends all that are under way; what the client was told, as far as it was. */
  endAll(
    outcome: Outcome,
    refusal?: { readonly error: WaterwallError; readonly status: number },
  ): void;
  /** Answers that are under way. */
  readonly awaiting: number;
}

/** A message to which the API names no end of its answer has been answered after this silence. */
const SILENCE = 1_000;

/** The status of an upgraded connection. */
const SWITCHED = 101;

/** @param template - what all turns of a socket have in common */
export function createTurns(
  template: ExchangeReport,
  context: ExchangeContext,
  grammar: MessageGrammar | undefined,
): Turns {
  const open = new Set<Turn>();
  const timers = new Map<Turn, NodeJS.Timeout>();

  const end = (turn: Turn, outcome: Outcome, error?: unknown): void => {
    if (!open.delete(turn)) return;
    clearTimeout(timers.get(turn));
    timers.delete(turn);
    const { report, audit } = turn;
    turn.pin.release();
    report.outcome = outcome;
    if (isRefusal(error) && outcome !== 'client-gone') {
      report.code = error.code;
      audit.refused(error.code).catch(context.onFault);
    }
    if (report.unknown > 0) audit.unknown(report.unknown).catch(context.onFault);
    report.endedAt = context.now();
    context.observer.ended(report);
  };
  /** A turn whose end nobody tells ends with the silence after it. */
  const restart = (turn: Turn): Turn => {
    if (turn.awaiting) return turn;
    const timer = timers.get(turn);
    if (timer !== undefined) timer.refresh();
    else timers.set(turn, setTimeout(() => end(turn, 'delivered'), SILENCE).unref());
    return turn;
  };
  const begin = (message: Buffer | undefined): Turn => {
    const report: ExchangeReport = {
      ...template,
      method: 'WS',
      startedAt: context.now(),
      status: 0,
      redactions: [],
      lines: {},
      streaming: true,
      outcome: 'broken-off',
    };
    const turn: Turn = {
      report,
      audit: auditExchange(context.audit, report),
      pin: context.store.pin(),
      awaiting: message !== undefined && holdsAny(message, grammar?.asks),
    };
    open.add(turn);
    context.observer.started(report);
    return turn;
  };
  const awaiting = (): Turn[] => [...open].filter((turn) => turn.awaiting);

  return {
    begin,
    sent(turn) {
      turn.report.status = SWITCHED;
      context.observer.sent(turn.report);
      restart(turn);
    },
    current() {
      const turn = awaiting()[0] ?? [...open].at(-1) ?? begin(undefined);
      turn.report.status = SWITCHED;
      return restart(turn);
    },
    completes: (message) => holdsAny(message, grammar?.completes),
    completed() {
      const [turn] = awaiting();
      if (turn !== undefined) end(turn, 'delivered');
    },
    endAll(outcome, refusal) {
      for (const turn of [...open]) {
        const sent = turn.report.status === SWITCHED;
        if (sent && !turn.awaiting) end(turn, 'delivered');
        else if (sent && outcome === 'refused') end(turn, 'broken-off', refusal?.error);
        else {
          turn.report.status = refusal?.status ?? turn.report.status;
          end(turn, outcome, refusal?.error);
        }
      }
    },
    get awaiting() {
      return awaiting().length;
    },
  };
}

function holdsAny(message: Buffer, marks: readonly string[] | undefined): boolean {
  return marks?.some((mark) => message.includes(mark)) === true;
}
