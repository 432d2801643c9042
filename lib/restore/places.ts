import type { ApiGrammar, DeltaRule, EndRule, OpaqueRule } from '../providers/types.ts';

/** The part of a grammar that restoration needs. */
export type ResponseGrammar = Pick<ApiGrammar, 'opaqueResponse' | 'jsonSource' | 'deltas' | 'ends'>;

/** A place in an API's messages, and what the grammar says of it. */
export interface Place {
  readonly members: Map<string, Place>;
  items: Place | undefined;
  /** Rules whose `at` is this place. */
  readonly opaque: OpaqueRule[];
  /** Rules whose delta stands here. */
  readonly deltas: DeltaRule[];
  /** Rules whose `at` is this place. */
  readonly ends: EndRule[];
  /** Whether a string here holds JSON source. */
  json: boolean;
}

const COMPILED = new WeakMap<ResponseGrammar, Place>();

/**
 * Compiles a grammar's paths into one tree, so that a document is walked once whatever the number
 * of rules. Response paths are members and `[]` only: an exemption holds at exactly one place.
 */
export function placesOf(grammar: ResponseGrammar): Place {
  const known = COMPILED.get(grammar);
  if (known !== undefined) return known;
  const root = newPlace();
  for (const rule of grammar.opaqueResponse) placeAt(root, rule.at).opaque.push(rule);
  for (const rule of grammar.deltas) placeAt(root, rule.path).deltas.push(rule);
  for (const rule of grammar.ends) placeAt(root, rule.at).ends.push(rule);
  for (const path of grammar.jsonSource) placeAt(root, path).json = true;
  COMPILED.set(grammar, root);
  return root;
}

/** Whether an event's type is the one that a rule names; `*` in the rule stands for anything. */
export function isEvent(rule: { readonly event: string }, type: string): boolean {
  const [before = '', after] = rule.event.split('*');
  if (rule.event === '') return true;
  if (after === undefined) return type === before;
  return type.length >= rule.event.length - 1 && type.startsWith(before) && type.endsWith(after);
}

function newPlace(): Place {
  return { members: new Map(), items: undefined, opaque: [], deltas: [], ends: [], json: false };
}

function placeAt(root: Place, path: string): Place {
  let place = root;
  for (const step of path === '' ? [] : path.replaceAll('[]', '.[]').split('.')) {
    if (step === '[]') {
      place.items ??= newPlace();
      place = place.items;
    } else if (step !== '') {
      let member = place.members.get(step);
      if (member === undefined) {
        member = newPlace();
        place.members.set(step, member);
      }
      place = member;
    }
  }
  return place;
}
