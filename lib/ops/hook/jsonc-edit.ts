/**
 * Puts a value into JSON text with comments, or takes one out, without touching anything else:
 * `modify` of jsonc-parser lays its neighbours out anew and loses comments beside what it removes.
 */

import { findNodeAtLocation, type JSONPath, type Node, parseTree } from 'jsonc-parser';

/** What stands between an element and the next one on its line: the comma, comments. */
const BEHIND = /^[ \t]*(,?)(?:[ \t]*\/\*(?:(?!\*\/)[^\n])*\*\/)*[ \t]*(?:\/\/[^\r\n]*)?/;

/**
 * Adds a member, or an element at the end of an array (-1); what is missing on the way is made.
 *
 * @param text - an object; valid but for comments and trailing commas
 */
export function insertValue(text: string, path: JSONPath, value: unknown): string {
  const root = parseTree(text, [], { allowTrailingComma: true });
  if (root === undefined) throw new Error('nothing to add to');
  const way = [...path];
  let added = value;
  let name = way.pop();
  let parent = findNodeAtLocation(root, way);
  while (parent === undefined) {
    added = typeof name === 'string' ? { [name]: added } : [added];
    name = way.pop();
    parent = findNodeAtLocation(root, way);
  }
  const style = styleOf(text);
  const key = typeof name === 'string' ? `${JSON.stringify(name)}: ` : '';
  const last = parent.children?.at(-1);
  if (last === undefined) {
    const item = style.eol + lay(key, added, way.length + 1, style);
    const end = style.eol + style.indent.repeat(way.length);
    return splice(text, parent.offset + 1, parent.offset + parent.length - 1, item + end);
  }
  const lastEnd = last.offset + last.length;
  const behind = BEHIND.exec(text.slice(lastEnd));
  const at = lastEnd + (behind?.[0].length ?? 0);
  const oneLine = !text.slice(parent.offset, parent.offset + parent.length).includes('\n');
  const item = oneLine
    ? ` ${key}${JSON.stringify(added)}`
    : style.eol + lay(key, added, way.length + 1, style);
  const tight = text.slice(lastEnd, at).trimEnd();
  const comma = behind?.[1] === ',' ? '' : ',';
  return splice(text, lastEnd, lastEnd + tight.length, comma + tight + item);
}

/** Takes a member or an element out; comments beside it stay. */
export function removeValue(text: string, path: JSONPath): string {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const found = root && findNodeAtLocation(root, path);
  if (found === undefined) return text;
  const item: Node = found.parent?.type === 'property' ? found.parent : found;
  const siblings = item.parent?.children ?? [];
  const previous = siblings[siblings.indexOf(item) - 1];
  const lead = /(?:\r?\n)?[ \t]*$/.exec(text.slice(0, item.offset))?.[0] ?? '';
  const start = item.offset - lead.length;
  const end = item.offset + item.length;
  const comma = /^\s*,/.exec(text.slice(end))?.[0];
  if (comma !== undefined) return splice(text, start, end + comma.length, '');
  const rest = splice(text, start, end, '');
  if (previous === undefined) {
    // It stood alone: nothing but white space is left.
    return rest;
  }
  const before = previous.offset + previous.length;
  const behind = BEHIND.exec(rest.slice(before));
  if (behind?.[1] !== ',') return rest;
  const commaAt = before + (behind[0].indexOf(',') as number);
  return splice(rest, commaAt, commaAt + 1, '');
}

interface Style {
  readonly indent: string;
  readonly eol: string;
}

/** As the file is laid out; two spaces where that cannot be told. */
function styleOf(text: string): Style {
  return {
    indent: /^([ \t]+)["{[]/m.exec(text)?.[1] ?? '  ',
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
}

function lay(key: string, value: unknown, depth: number, { indent, eol }: Style): string {
  const margin = indent.repeat(depth);
  const lines = JSON.stringify(value, null, indent).split('\n');
  return `${margin}${key}${lines.join(`${eol}${margin}`)}`;
}

function splice(text: string, start: number, end: number, replacement: string): string {
  return text.slice(0, start) + replacement + text.slice(end);
}
