import type { JsonNode, JsonObject, JsonString } from '../json/parse.ts';
import { decodeEscapes } from '../json/text.ts';
import type { OpaqueRule } from './types.ts';

/**
 * One step of a path: the member of that name, the element at that index, any element (`[]`), or
 * any number of levels (`**`).
 */
export type PathStep =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'each' }
  | { readonly kind: 'deep' };

/** Compiles a path of the language that `providers/types.ts` describes; '' is the root. */
export function compilePath(path: string): readonly PathStep[] {
  const steps: PathStep[] = [];
  for (const part of path === '' ? [] : path.split('.')) {
    const [, name = '', brackets = ''] = /^([^[\]]*)((?:\[\d*\])*)$/.exec(part) ?? [];
    if (name === '' && brackets === '') throw new TypeError(`not a path: ${path}`);
    if (name !== '') steps.push(name === '**' ? { kind: 'deep' } : { kind: 'member', name });
    for (const [, index] of brackets.matchAll(/\[(\d*)\]/g)) {
      steps.push(index === '' ? { kind: 'each' } : { kind: 'index', index: Number(index) });
    }
  }
  return steps;
}

/** The nodes at a path. Duplicate members are all followed. */
export function selectNodes(root: JsonNode, bytes: Uint8Array, path: string): JsonNode[] {
  const found: JsonNode[] = [];
  walk(root, bytes, compiled(path), 0, found);
  return found;
}

const compiledPaths = new Map<string, readonly PathStep[]>();

/** Paths come from tables: there are some dozens, and they never change. */
function compiled(path: string): readonly PathStep[] {
  const known = compiledPaths.get(path);
  if (known !== undefined) return known;
  const steps = compilePath(path);
  compiledPaths.set(path, steps);
  return steps;
}

function walk(
  node: JsonNode,
  bytes: Uint8Array,
  steps: readonly PathStep[],
  at: number,
  found: JsonNode[],
): void {
  const step = steps[at];
  if (step === undefined) {
    found.push(node);
    return;
  }
  if (step.kind === 'deep') {
    walk(node, bytes, steps, at + 1, found);
    for (const child of childrenOf(node)) walk(child, bytes, steps, at, found);
  } else if (step.kind === 'member' && node.kind === 'object') {
    for (const value of membersNamed(node, bytes, step.name)) {
      walk(value, bytes, steps, at + 1, found);
    }
  } else if (step.kind === 'each' && node.kind === 'array') {
    for (const item of node.items) walk(item, bytes, steps, at + 1, found);
  } else if (step.kind === 'index' && node.kind === 'array') {
    const item = node.items[step.index];
    if (item !== undefined) walk(item, bytes, steps, at + 1, found);
  }
}

function childrenOf(node: JsonNode): readonly JsonNode[] {
  if (node.kind === 'array') return node.items;
  return node.kind === 'object' ? node.members.map((member) => member.value) : [];
}

/** A string that a rule names; whether the rule's condition holds is for the caller to say. */
export interface RuledString {
  readonly node: JsonString;
  readonly rule: OpaqueRule;
}

/**
 * The strings of a document that rules name, by the offset at which their raw source starts.
 *
 * An object in which the field or its `type` stands twice is ambiguous, and nothing in it is
 * exempt: which of the two the provider reads is not for us to guess.
 */
export function ruledStrings(
  root: JsonNode,
  bytes: Uint8Array,
  rules: readonly OpaqueRule[],
): ReadonlyMap<number, RuledString> {
  const found = new Map<number, RuledString>();
  const holders = new Map<string, JsonNode[]>();
  for (const rule of rules) {
    const nodes = holders.get(rule.at) ?? selectNodes(root, bytes, rule.at);
    holders.set(rule.at, nodes);
    for (const holder of nodes) {
      if (holder.kind !== 'object' || !hasType(holder, bytes, rule.types)) continue;
      for (const field of rule.fields) {
        const [node, ...more] = membersNamed(holder, bytes, field);
        if (node?.kind === 'string' && more.length === 0) found.set(node.start, { node, rule });
      }
    }
  }
  return found;
}

function hasType(
  holder: JsonObject,
  bytes: Uint8Array,
  types: readonly string[] | undefined,
): boolean {
  if (types === undefined) return true;
  const [node, ...more] = membersNamed(holder, bytes, 'type');
  return node?.kind === 'string' && more.length === 0 && types.includes(textOf(node, bytes));
}

function membersNamed(node: JsonObject, bytes: Uint8Array, name: string): JsonNode[] {
  const found: JsonNode[] = [];
  for (const { key, value } of node.members) {
    if (isNamed(key, bytes, name)) found.push(value);
  }
  return found;
}

/** Names in rules are ASCII, so that a key without an escape compares byte by byte. */
function isNamed(key: JsonString, bytes: Uint8Array, name: string): boolean {
  if (key.escaped) return textOf(key, bytes) === name;
  if (key.end - key.start !== name.length) return false;
  for (let i = 0; i < name.length; i++) {
    if (bytes[key.start + i] !== name.charCodeAt(i)) return false;
  }
  return true;
}

/** What a string stands for. */
export function textOf(node: JsonString, bytes: Uint8Array): string {
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!node.escaped) return raw.toString('utf8', node.start, node.end);
  return decodeEscapes(raw, node.start, node.end).bytes.toString('utf8');
}

/** The last names of paths: a string whose own key is none of them is at none of the paths. */
export function lastNames(paths: readonly string[]): ReadonlySet<string> {
  return new Set(paths.map((path) => path.slice(path.lastIndexOf('.') + 1).replace(/\[.*$/, '')));
}
