/** Codes with which a request is refused; each is explained in `docs/runbook.md`. */
export const REFUSAL_CODES = [
  'killswitch-engaged',
  'config-error',
  'audit-unavailable',
  'host-not-permitted',
  'host-mismatch',
  'unscannable-body',
  'body-too-large',
  'encoding-unsupported',
  'upstream-unreachable',
  'upstream-tls',
  'placeholder-collision',
  'store-full',
  'secret-in-opaque-field',
] as const;

/** A code with which a request is refused. */
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** Codes of failures that concern the installation, not one request. */
export const SETUP_CODES = [
  'config-invalid',
  'file-missing',
  'file-exposed',
  'file-exists',
  'io-error',
  'address-in-use',
  'already-running',
  'not-running',
  'chain-damaged',
  'usage',
] as const;

/** A code of a failure that concerns the installation. */
export type SetupCode = (typeof SETUP_CODES)[number];

/** What a {@link WaterwallError} carries beside its message. */
export interface WaterwallErrorOptions {
  /** What the operator does about it: one sentence, a command where there is one. */
  readonly fix: string;
  readonly cause?: unknown;
  /** Facts a program may want (`sources_active`, `line`, …). Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * The one error class. Callers branch on {@link WaterwallError.code}, never on the message.
 * Messages never contain a secret.
 */
export class WaterwallError<
  Code extends RefusalCode | SetupCode = RefusalCode | SetupCode,
> extends Error {
  readonly code: Code;
  readonly fix: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: Code, message: string, options: WaterwallErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'WaterwallError';
    this.code = code;
    this.fix = options.fix;
    this.details = options.details ?? {};
  }
}

/** Tells whether an error is a refusal of one request (and not a failure of the installation). */
export function isRefusal(error: unknown): error is WaterwallError<RefusalCode> {
  return (
    error instanceof WaterwallError && (REFUSAL_CODES as readonly string[]).includes(error.code)
  );
}
