import { type Anchor, chooseAnchor } from './anchor.ts';
import { namesOf } from './assigned/names.ts';
import type { Worth } from './assigned/worth.ts';
import { type Form, formsOf } from './forms.ts';
import {
  ESCAPE_SHAPE,
  HAZARD_SHAPE,
  MARK_RULES,
  type MarkRule,
  positionsOf,
  SLASHES_BELOW_SHAPE,
} from './marks.ts';
import type { Pattern } from './patterns.ts';
import { PEM_ANCHORS } from './pem/find.ts';

/** What an anchor of the built-in set announces. */
export type BuiltInTarget =
  | { readonly kind: 'form'; readonly anchor: Anchor; readonly form: Form }
  | AssignedTarget
  | { readonly kind: 'mark'; readonly anchor: Anchor; readonly rule: MarkRule }
  | { readonly kind: 'hazard'; readonly anchor: Anchor }
  | { readonly kind: 'escape'; readonly anchor: Anchor }
  | { readonly kind: 'slashes-below'; readonly anchor: Anchor }
  | { readonly kind: 'pem'; readonly anchor: Anchor };

/** A word of the names to which secrets are assigned. */
export interface AssignedTarget {
  readonly kind: 'assigned';
  readonly anchor: Anchor;
  readonly type: string;
  /** The word, from the anchor's beginning on. */
  readonly from: number;
  readonly length: number;
  readonly worth: Worth;
}

/** Everything that the kernel looks for but the operator's keywords. */
export function builtInTargets(patterns: readonly Pattern[]): BuiltInTarget[] {
  const fixed = (shape: string): Anchor => chooseAnchor(positionsOf(shape)) as Anchor;
  return [
    ...patterns
      .flatMap(formsOf)
      .map((form) => ({ kind: 'form' as const, anchor: form.anchor, form })),
    ...patterns.flatMap(assignedTargets),
    ...MARK_RULES.map((rule) => ({ kind: 'mark' as const, anchor: fixed(rule.shape), rule })),
    { kind: 'hazard', anchor: fixed(HAZARD_SHAPE) },
    { kind: 'escape', anchor: fixed(ESCAPE_SHAPE) },
    { kind: 'slashes-below', anchor: fixed(SLASHES_BELOW_SHAPE) },
    ...PEM_ANCHORS.map((text) => ({ kind: 'pem' as const, anchor: fixed(text) })),
  ];
}

function assignedTargets({ type, names = [], worth = 'given' }: Pattern): AssignedTarget[] {
  return names.flatMap(namesOf).map(({ positions, from, length }) => ({
    kind: 'assigned',
    anchor: chooseAnchor(positions) as Anchor,
    type,
    from,
    length,
    worth,
  }));
}
