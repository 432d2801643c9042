import type { AuditLog } from '../audit/types.ts';
import type { RefusalCode } from '../errors.ts';
import type { Redaction } from '../redact/types.ts';
import type { RestoredPiece } from '../restore/types.ts';

/** Names an exchange in its audit lines. */
export interface ExchangeName {
  readonly host: string;
  readonly session: string | undefined;
  readonly request: string | undefined;
  /** The numbers of its first durable lines; filled in here. */
  readonly lines: AuditedLines;
}

/** Where in the audit log an exchange can be looked up. */
export interface AuditedLines {
  redaction?: number;
  detokenization?: number;
}

/** A line holds at most 65,535 bytes; this many redactions stay well below. */
const REDACTIONS_A_LINE = 400;

/** The audit lines of one exchange. Each promise settles when the lines are durable. */
export interface ExchangeAudit {
  redacted(redactions: readonly Redaction[], policyHash: string): Promise<void>;
  restored(pieces: readonly RestoredPiece[]): Promise<void>;
  /** Placeholders that stayed as they were, all of the answer's. */
  unknown(count: number): Promise<void>;
  refused(code: RefusalCode): Promise<void>;
}

export function auditExchange(audit: AuditLog, name: ExchangeName): ExchangeAudit {
  const fields = {
    host: name.host,
    ...(name.session === undefined ? {} : { session: name.session }),
    ...(name.request === undefined ? {} : { request: name.request }),
  };
  return {
    async redacted(redactions, policyHash) {
      const lines: Promise<number>[] = [];
      for (let at = 0; at < redactions.length; at += REDACTIONS_A_LINE) {
        const part = redactions.slice(at, at + REDACTIONS_A_LINE);
        lines.push(
          audit.append('redaction', {
            ...fields,
            redactions: part.map(({ type, hmac }) => ({ type, hmac })),
            policy_hash: policyHash,
          }),
        );
      }
      const [first] = await Promise.all(lines);
      if (first !== undefined) name.lines.redaction ??= first;
    },
    async restored(pieces) {
      const types: Record<string, number> = {};
      let restored = 0;
      for (const { type } of pieces.flatMap((piece) => piece.restored)) {
        types[type] = (types[type] ?? 0) + 1;
        restored++;
      }
      const line = { ...fields, restored, types, unknown_placeholders: 0 };
      const seq = await audit.append('detokenization', line);
      name.lines.detokenization ??= seq;
    },
    async unknown(count) {
      await audit.append('detokenization', {
        ...fields,
        restored: 0,
        types: {},
        unknown_placeholders: count,
      });
    },
    async refused(code) {
      await audit.append('refusal', { ...fields, code });
    },
  };
}
