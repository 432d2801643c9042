import { filesOf } from '../config/files.ts';
import { socketMode } from '../config/modes.ts';
import type { Homes } from '../config/types.ts';
import { type AdminFacts, adminRoutes, publicRoutes } from '../control/admin-routes.ts';
import { startAdminServer } from '../control/admin-server.ts';
import { createEvents } from '../control/events.ts';
import { createMetrics } from '../control/metrics.ts';
import { type MetricsServer, startMetricsServer } from '../control/metrics-server.ts';
import { readOnlyRoutes } from '../control/read-only-routes.ts';
import { WaterwallError } from '../errors.ts';
import { type FactParts, healthOf, metricsOf, stateOf } from './facts.ts';
import { settledWithin } from './settled-within.ts';

/** Milliseconds; less than the health gate's patience. */
const SIGNER_START = 100;

/** What an operator, a dashboard and a scraper talk to. */
export interface OperatorSide {
  /**
   * Serves health and metrics over TCP too. A port that is taken is no reason not to protect
   * anybody: it is told, and the Unix socket still has them.
   */
  listen(at: { readonly host: string; readonly port: number } | undefined): Promise<void>;
  close(): Promise<void>;
}

/** What of the admin channel is not made of facts. */
export type Commands = Pick<
  AdminFacts,
  'reload' | 'rotate' | 'verifyInstall' | 'exportEvidence' | 'spool'
>;

/**
 * Opens the admin channel.
 *
 * @throws WaterwallError `already-running` or `io-error`
 */
export async function openOperatorSide(
  homes: Homes,
  parts: Omit<FactParts, 'metrics'>,
  commands: Commands,
  onFault: (error: unknown) => void,
): Promise<OperatorSide> {
  const { audit, killSwitch, observer } = parts;
  let server: MetricsServer | undefined;
  let failure: string | undefined;
  const facts: FactParts = {
    ...parts,
    metrics: () => ({ listen: server?.address ?? null, failure: failure ?? null }),
  };
  // Whoever asks right after `rm run/kill`, or right after the start, is told what the next request
  // will meet.
  const settled =
    <Answer>(answer: (parts: FactParts) => Answer) =>
    async () => {
      await killSwitch.settle();
      if (audit.signing.state === 'starting') await settledWithin(audit.settled(), SIGNER_START);
      return answer(facts);
    };
  const events = createEvents({
    state: () => stateOf(facts),
    onActivity: observer.onActivity,
    onChange: observer.onChange,
  });
  const shared = {
    health: settled(healthOf),
    metrics: createMetrics(settled(metricsOf)),
  };
  const routes = adminRoutes({
    ...shared,
    ...commands,
    killSwitch,
    state: settled(stateOf),
    events,
  });
  const files = filesOf(homes);
  const mode = socketMode(homes);
  const admin = await startAdminServer({ socketPath: files.adminSocket, routes, mode, onFault });
  const shown = readOnlyRoutes(routes);
  const watched = await startAdminServer({
    socketPath: files.adminReadSocket,
    routes: shown,
    mode,
    onFault,
  }).catch(async (error: unknown) => {
    await admin.close();
    throw error;
  });
  return {
    async listen(at) {
      if (at === undefined) return;
      try {
        server = await startMetricsServer({ listen: at, routes: publicRoutes(shared), onFault });
      } catch (error) {
        if (!(error instanceof WaterwallError)) throw error;
        failure = error.message;
        observer.metricsFailed(error);
        onFault(error);
      }
    },
    async close() {
      events.close();
      await Promise.all([admin.close(), watched.close(), server?.close()]);
    },
  };
}
