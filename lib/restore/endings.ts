import type { JsonNode } from '../json/parse.ts';
import type { EndRule } from '../providers/types.ts';
import type { Ending } from './channels.ts';
import { type FoundObject, field, scalarField } from './walk.ts';

/** Whether what a rule asks of its object is so. */
export function holdsWhen(raw: Buffer, { node }: FoundObject, rule: EndRule): boolean {
  if (rule.when === undefined) return true;
  const value = field(raw, node, rule.when);
  if (value === undefined) return false;
  return (
    value.kind !== 'scalar' || !/^(?:null|false)$/.test(scalarField(raw, node, rule.when) ?? '')
  );
}

/** The channels at or below a path that have the same keys, as far as both have them. */
export function endingOf(path: string, keys: ReadonlyMap<string, string>): Ending {
  return (name) => {
    if (path !== '' && !name.path.startsWith(`${path}.`)) return false;
    return [...keys].every(([key, value]) => !differs(name.keys.get(key), value));
  };
}

/**
 * Whether two keys are of different channels. Where one event names an item by its id and the other
 * by its index nobody can tell: better released early than lost.
 */
function differs(one: string | undefined, other: string): boolean {
  if (one === undefined || one === other) return false;
  return one.slice(0, one.indexOf('=')) === other.slice(0, other.indexOf('='));
}

/** The values of fields that tell channels apart, without those that the event lacks. */
export function keysOf(
  raw: Buffer,
  root: JsonNode,
  fields: readonly string[],
): Map<string, string> {
  const keys = new Map<string, string>();
  for (const names of fields) {
    for (const name of names.split('|')) {
      const value = scalarField(raw, root, name);
      if (value === undefined) continue;
      keys.set(names, `${name}=${value}`);
      break;
    }
  }
  return keys;
}
