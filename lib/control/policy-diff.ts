/** What distinguishes two policies, in words that hold no value. */

/** A policy, as far as a reload reports it. Whatever may hold a value is given as fingerprints. */
export interface PolicyOutline {
  readonly hash: string;
  /** Types that are looked for: built-in less the disabled, and the operator's. */
  readonly types: readonly string[];
  /** Built-in types that are switched off. */
  readonly disabled: readonly string[];
  /** One opaque id an `allow` entry. */
  readonly allow: readonly string[];
  /** One opaque id a known secret. */
  readonly knownSecrets: readonly string[];
  /** Settings by key, flat; only compared. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What a change of policy changes. */
export interface PolicyDiff {
  readonly types_added: readonly string[];
  readonly types_removed: readonly string[];
  readonly disabled_added: readonly string[];
  readonly disabled_removed: readonly string[];
  readonly allow_added: number;
  readonly allow_removed: number;
  readonly known_secrets_added: number;
  readonly known_secrets_removed: number;
  /** Keys of changed settings. */
  readonly settings_changed: readonly string[];
  /** In which ways less is redacted than before; empty: it is not looser. */
  readonly loosened: readonly string[];
}

/** Compares two policies. */
export function diffPolicies(before: PolicyOutline, after: PolicyOutline): PolicyDiff {
  const facts = {
    types_added: missingFrom(before.types, after.types),
    types_removed: missingFrom(after.types, before.types),
    disabled_added: missingFrom(before.disabled, after.disabled),
    disabled_removed: missingFrom(after.disabled, before.disabled),
    allow_added: missingFrom(before.allow, after.allow).length,
    allow_removed: missingFrom(after.allow, before.allow).length,
    known_secrets_added: missingFrom(before.knownSecrets, after.knownSecrets).length,
    known_secrets_removed: missingFrom(after.knownSecrets, before.knownSecrets).length,
    settings_changed: changedKeys(before.settings, after.settings),
  };
  return { ...facts, loosened: loosenings(facts) };
}

/** Tells whether nothing differs. */
export function isUnchanged(diff: PolicyDiff): boolean {
  return Object.values(diff).every(
    (value) => (typeof value === 'number' ? value : value.length) === 0,
  );
}

function loosenings(facts: Omit<PolicyDiff, 'loosened'>): readonly string[] {
  // A type that was disabled is missing from the types too: said once.
  const removed = missingFrom(facts.disabled_added, facts.types_removed);
  const list: string[] = [];
  if (facts.disabled_added.length > 0) list.push(`disabled: ${facts.disabled_added.join(', ')}`);
  if (removed.length > 0) list.push(`removed: ${removed.join(', ')}`);
  if (facts.allow_added > 0) list.push(`${facts.allow_added} more allowed`);
  if (facts.known_secrets_removed > 0) {
    const removedSecrets = facts.known_secrets_removed;
    list.push(`${removedSecrets} known secret${removedSecrets === 1 ? '' : 's'} removed`);
  }
  return list;
}

function missingFrom(list: readonly string[], candidates: readonly string[]): readonly string[] {
  const present = new Set(list);
  return [...new Set(candidates)].filter((candidate) => !present.has(candidate)).sort();
}

function changedKeys(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): readonly string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys]
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .sort();
}
