import type { Edit } from '../json/edit.ts';
import { findForm } from '../vault/forms.ts';
import { unescapeEdit } from '../vault/literal.ts';
import type { Fingerprint } from '../vault/types.ts';
import { spellSecret } from './spell.ts';
import type { Resolve, Restored } from './types.ts';

/** What was done in one piece of an answer. */
export interface Tally {
  readonly restored: Restored[];
  unknown: number;
}

export function emptyTally(): Tally {
  return { restored: [], unknown: 0 };
}

/**
 * Finds what to put back in the bytes from `start` to `end`, and counts it.
 *
 * @param base - layers of JSON escaping that lie over these bytes
 * @returns sorted, disjoint edits
 */
export function restoreRange(
  bytes: Uint8Array,
  start: number,
  end: number,
  base: number,
  resolve: Resolve,
  tally: Tally,
): Edit[] {
  const edits: Edit[] = [];
  for (let at = start; ; ) {
    const form = findForm(bytes, at, end);
    if (form === undefined) return edits;
    at = form.end;
    const resolution = resolve(form.fingerprint);
    if (form.escapes > 0) {
      // A literal of the client's own, known or not: nothing is missing, so nothing is counted.
      if (resolution.state !== 'unknown') edits.push(unescapeEdit(form));
    } else if (resolution.state === 'restore') {
      const { start: from, end: to, fingerprint } = form;
      edits.push({ start: from, end: to, bytes: spellSecret(resolution.secret, form, base) });
      tally.restored.push({ type: resolution.type, hmac: fingerprint as Fingerprint });
    } else tally.unknown++;
  }
}
