import { type Anchor, chooseAnchor } from './anchor.ts';
import { APART_ANCHORS } from './apart/apart.ts';
import { namesOf } from './assigned/names.ts';
import { signOf } from './assigned/places.ts';
import type { Worth } from './assigned/worth.ts';
import { singleByte } from './byte-class.ts';
import { DUMP_SHAPES } from './dump/dumps.ts';
import { WIDE_ANCHOR } from './encoded/wide.ts';
import { type Form, formsOf } from './forms.ts';
import {
  ESCAPE_SHAPE,
  HAZARD_SHAPE,
  MARK_RULES,
  type MarkRule,
  positionsOf,
  SLASHES_BELOW_SHAPE,
} from './marks.ts';
import { PATTERNS, type Pattern } from './patterns.ts';
import { PEM_ANCHORS } from './pem/find.ts';

/** What an anchor of the built-in set announces. */
export type BuiltInTarget =
  | FormTarget
  | AssignedTarget
  | PlaceTarget
  | { readonly kind: 'mark'; readonly rule: MarkRule }
  | { readonly kind: 'hazard' }
  | { readonly kind: 'escape' }
  | { readonly kind: 'slashes-below' }
  | { readonly kind: 'pem' }
  | { readonly kind: 'wide' }
  | {
      readonly kind: 'apart';
      /** Which of {@link APART_ANCHORS}. */
      readonly beginning: number;
    }
  | {
      readonly kind: 'dump';
      /** From the anchor's beginning to the offset's. */
      readonly before: number;
    };

/** One of the forms of a row of {@link PATTERNS}. */
export interface FormTarget {
  readonly kind: 'form';
  readonly type: string;
  readonly row: number;
  readonly index: number;
}

/** A word of the names to which secrets are assigned. */
export interface AssignedTarget {
  readonly kind: 'assigned';
  readonly type: string;
  /** The word, from the anchor's beginning on. */
  readonly from: number;
  readonly length: number;
  readonly worth: Worth;
}

/** The sign of a place where a secret may stand. */
export interface PlaceTarget {
  readonly kind: 'placed';
  readonly type: string;
  readonly place: string;
  /** Of the sign. */
  readonly length: number;
  readonly worth: Worth;
}

/** A target, and the anchor that announces it. */
export type Anchored = BuiltInTarget & { readonly anchor: Anchor };

/** Everything that the kernel looks for but the operator's keywords. */
export function builtInTargets(): Anchored[] {
  const fixed = (shape: string): Anchor => chooseAnchor(positionsOf(shape)) as Anchor;
  return [
    ...PATTERNS.flatMap(formTargets),
    ...PATTERNS.flatMap(assignedTargets),
    ...PATTERNS.flatMap(placedTargets),
    ...MARK_RULES.map((rule) => ({ kind: 'mark' as const, anchor: fixed(rule.shape), rule })),
    { kind: 'hazard', anchor: fixed(HAZARD_SHAPE) },
    { kind: 'escape', anchor: fixed(ESCAPE_SHAPE) },
    { kind: 'slashes-below', anchor: fixed(SLASHES_BELOW_SHAPE) },
    ...PEM_ANCHORS.map((text) => ({ kind: 'pem' as const, anchor: fixed(text) })),
    { kind: 'wide', anchor: WIDE_ANCHOR },
    ...APART_ANCHORS.map((anchor, beginning) => ({ kind: 'apart' as const, anchor, beginning })),
    ...DUMP_SHAPES.map(({ shape, before }) => ({
      kind: 'dump' as const,
      anchor: fixed(shape),
      before,
    })),
  ];
}

function formTargets(pattern: Pattern, row: number): Anchored[] {
  return formsOf(pattern).map(({ anchor }, index) => ({
    kind: 'form',
    type: pattern.type,
    row,
    index,
    anchor,
  }));
}

const compiled: (readonly Form[] | undefined)[] = [];

/** The form that a target stands for; compiled when one of its row is met first. */
export function formOf({ row, index }: FormTarget): Form {
  const forms = compiled[row] ?? formsOf(PATTERNS[row] as Pattern);
  compiled[row] = forms;
  return forms[index] as Form;
}

function assignedTargets({ type, names = [], worth = 'given' }: Pattern): Anchored[] {
  return names.flatMap(namesOf).map(({ positions, from, length }) => ({
    kind: 'assigned',
    anchor: chooseAnchor(positions) as Anchor,
    type,
    from,
    length,
    worth,
  }));
}

function placedTargets({ type, places = [], worth = 'given' }: Pattern): Anchored[] {
  return places.map((place) => {
    const sign = Buffer.from(signOf(place));
    const anchor = chooseAnchor([...sign].map(singleByte)) as Anchor;
    return { kind: 'placed', anchor, type, place, length: sign.length, worth };
  });
}
