import type { Homes } from '../../lib/config/types.ts';
import { adminRequest } from '../../lib/control/admin-client.ts';
import { adminEvents } from '../../lib/control/admin-events.ts';
import { fetchBundle } from '../../lib/ops/evidence/fetch.ts';
import type { Answer, Effect, ExportBody, Message } from '../model/message.ts';
import type { Refusal } from '../model/modal.ts';
import { sanitiseDeep } from '../text/cells.ts';

/** Asks the daemon for what keys stand for, and tells what it answered: never more than that. */
export interface Commands {
  run(effect: Asking): void;
  /** Stops waiting for whatever is under way. */
  close(): void;
}

/** What is asked of the daemon. */
export type Asking = Extract<
  Effect,
  { kind: 'killswitch' | 'reload' | 'verify' | 'export' | 'cancel' }
>;

/** Milliseconds: a reload compiles patterns, a switch writes an audit line. */
const PATIENCE = 20_000;
const SILENCE = 60_000;

export function createCommands(
  homes: Pick<Homes, 'run'>,
  readOnly: boolean,
  tell: (message: Message) => void,
): Commands {
  const running = new Map<'verify' | 'export', AbortController>();

  const ask = async <Body>(path: string, body?: unknown): Promise<Answer<Body>> => {
    try {
      const answer = await adminRequest(homes, 'POST', path, body, {
        readOnly,
        timeoutMs: PATIENCE,
      });
      return answered<Body>(answer.status < 300, answer.body);
    } catch (error) {
      return { ok: false, error: failed(error) };
    }
  };
  /** What can be broken off; undefined where it was. */
  const work = async <Body>(
    what: 'verify' | 'export',
    perform: (signal: AbortSignal) => Promise<Answer<Body>>,
  ): Promise<Answer<Body> | undefined> => {
    running.get(what)?.abort();
    const controller = new AbortController();
    running.set(what, controller);
    const { signal } = controller;
    try {
      const answer = await perform(signal);
      return signal.aborted ? undefined : answer;
    } catch (error) {
      return signal.aborted ? undefined : { ok: false, error: failed(error) };
    }
  };
  /** A step at a time, where the daemon tells of them. */
  const verify = async (signal: AbortSignal): Promise<Answer<never>> => {
    const options = { readOnly, signal, silence: SILENCE };
    for await (const { event, data } of adminEvents(
      homes,
      'POST',
      '/admin/verify-install',
      options,
    )) {
      if (event === 'progress') {
        tell({ type: 'verify-progress', progress: sanitiseDeep(data) as never });
      } else if (event === 'result' || event === 'error') return answered(event === 'result', data);
    }
    return { ok: false, error: failed(new Error('the daemon broke off')) };
  };
  const exportEvidence = async (body: ExportBody, signal: AbortSignal): Promise<Answer<never>> => {
    const report = await fetchBundle(
      homes,
      body,
      (progress) => tell({ type: 'export-progress', progress: sanitiseDeep(progress) as never }),
      { readOnly, signal, silence: SILENCE },
    );
    return answered(true, report);
  };

  return {
    run(effect) {
      void perform(effect);
    },
    close() {
      for (const each of running.values()) each.abort();
    },
  };

  async function perform(effect: Asking): Promise<void> {
    switch (effect.kind) {
      case 'killswitch': {
        const { action, reason } = effect;
        tell({
          type: 'switched',
          action,
          answer: await ask('/admin/killswitch', { action, reason }),
        });
        return;
      }
      case 'reload':
        tell({ type: 'reloaded', answer: await ask('/admin/reload') });
        return;
      case 'verify': {
        const answer = await work('verify', verify);
        if (answer !== undefined) tell({ type: 'verified', answer });
        return;
      }
      case 'export': {
        const answer = await work('export', (signal) => exportEvidence(effect.body, signal));
        if (answer !== undefined) tell({ type: 'exported', answer });
        return;
      }
      case 'cancel':
        running.get(effect.what)?.abort();
    }
  }
}

function answered<Body>(ok: boolean, raw: unknown): Answer<Body> {
  const body = sanitiseDeep(raw);
  if (ok) return { ok: true, body: body as Body };
  const { error } = body as { error?: Partial<Refusal> };
  return {
    ok: false,
    error: {
      ...error,
      code: error?.code ?? 'unknown',
      message: error?.message ?? 'the daemon refused',
    },
  };
}

function failed(error: unknown): Refusal {
  const { code, message, fix } = error as Partial<Refusal>;
  return sanitiseDeep({ code: code ?? 'io-error', message: message ?? String(error), fix });
}
