import type { JsonNode, JsonObject, JsonScalar, JsonString } from '../json/parse.ts';
import { textOf } from '../providers/paths.ts';
import type { Place } from './places.ts';

/** A string of a document, and where it stands. */
export interface FoundString {
  readonly node: JsonString;
  /** Layers of JSON escaping over it: 2 where it holds JSON source itself. */
  readonly base: number;
  /** What the grammar says of its place; keys and places of no interest have none. */
  readonly place: Place | undefined;
  /** Its concrete path, `choices[0].delta.content`; elements by their own `index` if they have one. */
  readonly path: string;
}

/** An object at a place that the grammar names. */
export interface FoundObject {
  readonly node: JsonObject;
  readonly place: Place;
  readonly path: string;
}

export interface Visitor {
  /** Every key and string value that is not opaque, in the order of the document. */
  string(found: FoundString): void;
  /** Before what is in it. */
  object?(found: FoundObject): void;
}

/** Walks a document along a grammar's places. */
export function walk(bytes: Uint8Array, root: JsonNode, place: Place, visitor: Visitor): void {
  visit(bytes, root, place, '', visitor);
}

function visit(
  bytes: Uint8Array,
  node: JsonNode,
  place: Place | undefined,
  path: string,
  visitor: Visitor,
): void {
  if (node.kind === 'string') {
    visitor.string({ node, base: place?.json ? 2 : 1, place, path });
  } else if (node.kind === 'object') {
    if (place !== undefined) visitor.object?.({ node, place, path });
    visitMembers(bytes, node, place, path, visitor);
  } else if (node.kind === 'array') {
    const items = place?.items;
    node.items.forEach((item, position) => {
      const at = items === undefined ? '' : `${path}[${indexOf(bytes, item) ?? position}]`;
      visit(bytes, item, items, at, visitor);
    });
  }
}

function visitMembers(
  bytes: Uint8Array,
  node: JsonObject,
  place: Place | undefined,
  path: string,
  visitor: Visitor,
): void {
  const opaque = place === undefined ? undefined : opaqueFields(bytes, node, place);
  for (const { key, value } of node.members) {
    const name = place === undefined ? '' : textOf(key, bytes);
    if (opaque?.has(name)) continue;
    visitor.string({ node: key, base: 1, place: undefined, path: '' });
    const below = place?.members.get(name);
    visit(bytes, value, below, path === '' ? name : `${path}.${name}`, visitor);
  }
}

function opaqueFields(bytes: Uint8Array, node: JsonObject, place: Place): ReadonlySet<string> {
  const fields = new Set<string>();
  for (const rule of place.opaque) {
    if (rule.types !== undefined && !rule.types.includes(stringField(bytes, node, 'type')))
      continue;
    for (const field of rule.fields) fields.add(field);
  }
  return fields;
}

function indexOf(bytes: Uint8Array, node: JsonNode): string | undefined {
  return node.kind === 'object' ? scalarField(bytes, node, 'index') : undefined;
}

/** The member of that name; of several the last, as `JSON.parse` has it. */
export function field(bytes: Uint8Array, node: JsonNode, name: string): JsonNode | undefined {
  if (node.kind !== 'object') return undefined;
  return node.members.findLast(({ key }) => textOf(key, bytes) === name)?.value;
}

/** A string member's text; '' where there is none. */
export function stringField(bytes: Uint8Array, node: JsonNode, name: string): string {
  const value = field(bytes, node, name);
  return value?.kind === 'string' ? textOf(value, bytes) : '';
}

/** The source of a string or scalar member. */
export function scalarField(bytes: Uint8Array, node: JsonNode, name: string): string | undefined {
  const value = field(bytes, node, name);
  return value?.kind === 'string' || value?.kind === 'scalar' ? lexeme(bytes, value) : undefined;
}

/** A string's or scalar's source as text. */
export function lexeme(bytes: Uint8Array, node: JsonString | JsonScalar): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + node.start, node.end - node.start).toString(
    'latin1',
  );
}
