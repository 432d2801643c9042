import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { WaterwallError } from '../errors.ts';
import { answerWithProgress } from './admin-operation.ts';
import {
  type AdminHandler,
  type AdminReply,
  type AdminRoutes,
  adminError,
  type Progress,
} from './admin-protocol.ts';
import type { Events } from './events.ts';
import { type ExportWish, parseExportWish } from './export-wish.ts';
import type { Health } from './health.ts';
import type { KillSwitch } from './kill-switch.ts';
import type { KillSwitchState } from './kill-switch-state.ts';
import type { Metrics } from './metrics.ts';
import type { ReloadResult } from './reload.ts';

/** What the routes need of the daemon. */
export interface AdminFacts {
  readonly killSwitch: Pick<KillSwitch, 'arm' | 'disarm'>;
  health(): Health | Promise<Health>;
  /** What `/admin/state` answers. */
  state(): unknown | Promise<unknown>;
  reload(): Promise<ReloadResult>;
  /** Seals the current segment of the chain; gives the `rotation` line's number. */
  rotate(): Promise<number>;
  readonly events: Pick<Events, 'open'>;
  /** What `/admin/verify-install` answers. */
  verifyInstall(tell: (progress: Progress) => void): Promise<unknown>;
  /** What `/admin/export-evidence` answers. */
  exportEvidence(
    wish: ExportWish,
    tell: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<unknown>;
  /** Bundles that wait to be fetched. */
  readonly spool: {
    /** The path of one, once. */
    take(id: string): string | undefined;
    remove(path: string): Promise<void>;
  };
  readonly metrics: Metrics;
}

/** The answer to `POST /admin/killswitch`. */
export interface KillSwitchAnswer extends KillSwitchState {
  readonly sources_active: readonly string[];
}

/** The answer to `POST /admin/rotate-chain`. */
export interface RotationAnswer {
  /** The line that seals the segment. */
  readonly rotation_seq: number;
  /** The first line of the next one, which names its file. */
  readonly next_segment: number;
}

/** The routes of the admin channel; DESIGN §11. */
export function adminRoutes(facts: AdminFacts): AdminRoutes {
  return {
    ...publicRoutes(facts),
    '/admin/state': { GET: async () => ({ status: 200, body: await facts.state() }) },
    '/admin/events': { GET: () => facts.events.open() },
    '/admin/killswitch': { POST: switching(facts.killSwitch) },
    '/admin/reload': { POST: reloading(facts.reload) },
    '/admin/rotate-chain': { POST: rotating(facts.rotate) },
    '/admin/export-evidence': { POST: exporting(facts.exportEvidence) },
    '/admin/evidence-bundle': { GET: fetching(facts.spool) },
    '/admin/verify-install': {
      POST: (request) =>
        answerWithProgress(request, async (tell) => ({
          status: 200,
          body: await facts.verifyInstall(tell),
        })),
    },
  };
}

/** What is served over TCP too. */
export function publicRoutes(facts: Pick<AdminFacts, 'health' | 'metrics'>): AdminRoutes {
  return {
    '/healthz': {
      GET: async () => {
        const health = await facts.health();
        return { status: health.status === 'ok' ? 200 : 503, body: health };
      },
    },
    '/metrics': { GET: () => facts.metrics.render() },
  };
}

function switching(killSwitch: AdminFacts['killSwitch']): AdminHandler {
  return async ({ body }) => {
    const command = parseCommand(body);
    if ('error' in command) return adminError(400, 'bad-request', command.error);
    try {
      const state =
        command.action === 'arm'
          ? killSwitch.arm('http', command.reason)
          : await killSwitch.disarm('http', command.reason);
      const sources_active = state.sources.map(({ source }) => source);
      const answer: KillSwitchAnswer = { ...state, sources_active };
      return { status: 200, body: answer };
    } catch (error) {
      return failure(503, error);
    }
  };
}

const MAX_REASON = 500;

type Command = { readonly action: 'arm' | 'disarm'; readonly reason: string };

function parseCommand(body: unknown): Command | { readonly error: string } {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { error: 'the body must be an object: {"action": "arm" or "disarm", "reason": "…"}' };
  }
  for (const key of Object.keys(body)) {
    if (key !== 'action' && key !== 'reason') {
      return { error: `unknown field ${JSON.stringify(key.slice(0, 40))}; known: action, reason` };
    }
  }
  const { action, reason } = body as { action?: unknown; reason?: unknown };
  if (action !== 'arm' && action !== 'disarm') return { error: 'action must be "arm" or "disarm"' };
  if (reason !== undefined && reason !== null && typeof reason !== 'string') {
    return { error: 'reason must be a string' };
  }
  if (typeof reason === 'string' && reason.length > MAX_REASON) {
    return { error: `reason must have at most ${MAX_REASON} characters` };
  }
  // Control characters would let a reason draw on the terminals that show it.
  const clean = reason?.replace(/\p{Cc}+/gu, ' ').trim();
  return { action, reason: clean || `${action}ed through the admin channel` };
}

function reloading(reload: AdminFacts['reload']): AdminHandler {
  return async () => {
    const result = await reload();
    if (result.ok) return { status: 200, body: result };
    const status = result.error.code === 'config-invalid' ? 422 : 409;
    return adminError(status, result.error.code, result.error.message, {
      fix: result.error.fix,
      details: result.error.details,
    });
  };
}

function rotating(rotate: AdminFacts['rotate']): AdminHandler {
  return async () => {
    try {
      const seq = await rotate();
      const answer: RotationAnswer = { rotation_seq: seq, next_segment: seq + 1 };
      return { status: 200, body: answer };
    } catch (error) {
      return failure(503, error);
    }
  };
}

function exporting(exportEvidence: AdminFacts['exportEvidence']): AdminHandler {
  return (request) => {
    const wish = parseExportWish(request.body);
    if ('error' in wish) return adminError(400, 'bad-request', wish.error);
    return answerWithProgress(request, async (tell, signal) => {
      try {
        return { status: 200, body: await exportEvidence(wish, tell, signal) };
      } catch (error) {
        const isInput = error instanceof WaterwallError && error.code === 'usage';
        return failure(isInput ? 400 : 409, error);
      }
    });
  };
}

/** Gives a bundle away: it is gone from here then, however far the client got. */
function fetching(spool: AdminFacts['spool']): AdminHandler {
  return ({ query }) => {
    const path = spool.take(query.get('id') ?? '');
    if (path === undefined) return adminError(404, 'not-found', 'there is no such bundle');
    return {
      async stream(response) {
        try {
          response.writeHead(200, {
            'content-type': 'application/gzip',
            'cache-control': 'no-store',
          });
          await pipeline(createReadStream(path), response);
        } catch {
          // The client sees that it is cut short.
          response.destroy();
        } finally {
          await spool.remove(path);
        }
      },
    };
  };
}

function failure(status: number, error: unknown): AdminReply {
  if (!(error instanceof WaterwallError)) throw error;
  return adminError(status, error.code, error.message, { fix: error.fix });
}
