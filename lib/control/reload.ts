import { WaterwallError } from '../errors.ts';
import { diffPolicies, isUnchanged, type PolicyDiff, type PolicyOutline } from './policy-diff.ts';

/** What the audit log is told of a change. */
export interface PolicyChangeEvent extends PolicyDiff {
  readonly old_hash: string;
  readonly new_hash: string;
}

/** How a reload ended. */
export type ReloadResult =
  | {
      readonly ok: true;
      readonly changed: boolean;
      readonly old_hash: string;
      readonly new_hash: string;
      readonly diff: PolicyDiff;
    }
  | {
      readonly ok: false;
      /** The policy that stays in force. */
      readonly hash: string;
      readonly error: {
        readonly code: string;
        readonly message: string;
        readonly fix: string;
        /** `file`, `line`, `column`, `key`, as far as known. */
        readonly details: Readonly<Record<string, unknown>>;
      };
    };

/** What a reload needs of the world. `Policy` is whatever the proxy runs with. */
export interface ReloadDeps<Policy> {
  /** The policy in force at the start. */
  readonly initial: Policy;
  /** Lets the kill switch look at `config.yaml` first: no broken file may keep it from engaging. */
  lookAtConfig(): void;
  /** Reads, validates and compiles everything anew. Throws where anything is wrong. */
  load(current: Policy): Promise<Policy> | Policy;
  outline(policy: Policy): PolicyOutline;
  /** Puts the policy in force, whole, in one synchronous step. Must not throw. */
  apply(next: Policy): void;
  /** Appends `policy_change`; settles when it is durable. */
  record(event: PolicyChangeEvent): Promise<void>;
  /** Less is redacted than before. */
  onLoosened(diff: PolicyDiff): void;
  /** Every end of a reload, for state and log. */
  onResult(result: ReloadResult): void;
  /** The line could not be written, though the change is in force; or loading failed unforeseen. */
  onFault(error: unknown): void;
}

export interface Reloader<Policy> {
  readonly current: Policy;
  /** The last end; undefined before the first. */
  readonly last: ReloadResult | undefined;
  /** Never rejects. Calls while one runs share one further run. */
  reload(): Promise<ReloadResult>;
}

/** Creates the reload of policy and settings; DESIGN §9. */
export function createReloader<Policy>(deps: ReloadDeps<Policy>): Reloader<Policy> {
  let current = deps.initial;
  let last: ReloadResult | undefined;
  let running: Promise<ReloadResult> | undefined;
  let next: Promise<ReloadResult> | undefined;

  const recordChange = (event: PolicyChangeEvent): Promise<void> =>
    Promise.resolve()
      .then(() => deps.record(event))
      .catch(deps.onFault);

  const change = async (policy: Policy): Promise<ReloadResult> => {
    const before = deps.outline(current);
    const after = deps.outline(policy);
    const diff = diffPolicies(before, after);
    const hashes = { old_hash: before.hash, new_hash: after.hash };
    const changed = !isUnchanged(diff) || before.hash !== after.hash;
    // What lets more out is on record before it does; what lets less out does not wait.
    const loosened = diff.loosened.length > 0;
    if (loosened) await recordChange({ ...hashes, ...diff });
    deps.apply(policy);
    current = policy;
    if (loosened) deps.onLoosened(diff);
    else if (changed) await recordChange({ ...hashes, ...diff });
    return { ok: true, changed, ...hashes, diff };
  };
  const run = async (): Promise<ReloadResult> => {
    deps.lookAtConfig();
    let result: ReloadResult;
    try {
      result = await change(await deps.load(current));
    } catch (error) {
      if (!(error instanceof WaterwallError)) deps.onFault(error);
      result = { ok: false, hash: deps.outline(current).hash, error: describe(error) };
    }
    last = result;
    deps.onResult(result);
    return result;
  };
  const start = (): Promise<ReloadResult> => {
    const mine = run().finally(() => {
      if (running === mine) running = undefined;
    });
    running = mine;
    return mine;
  };

  return {
    get current() {
      return current;
    },
    get last() {
      return last;
    },
    reload() {
      if (running === undefined) return start();
      // The files may have changed after the running one read them: it does not answer for this call.
      next ??= running.then(() => {
        next = undefined;
        return start();
      });
      return next;
    },
  };
}

type ReloadError = Extract<ReloadResult, { ok: false }>['error'];

function describe(error: unknown): ReloadError {
  if (error instanceof WaterwallError) {
    return { code: error.code, message: error.message, fix: error.fix, details: error.details };
  }
  return {
    code: 'io-error',
    // A foreign message may quote the file it is about.
    message: 'the configuration cannot be loaded',
    fix: 'look at the log',
    details: {},
  };
}
