import { type Draft, replaceFinding, withLiterals } from './draft.ts';
import { type InspectionOptions, inspect } from './inspect.ts';
import type { RedactionContext } from './types.ts';

/**
 * Redacts text whose structure does not matter or is broken: plain text, NDJSON, forms, and JSON
 * that does not parse.
 */
export function redactText(
  bytes: Buffer,
  ctx: RedactionContext,
  options: InspectionOptions = {},
): Draft {
  const inspection = inspect(bytes, ctx, options);
  const edits = inspection.findings.map((finding) => replaceFinding(bytes, finding, ctx));
  return {
    edits: withLiterals(edits, bytes, inspection, ctx),
    privateKeySeen: inspection.privateKeySeen,
  };
}
