import { describe, expect, it } from 'vitest';
import { type JsonNode, parseJson } from '../../lib/json/parse.ts';
import { anthropicRequest } from '../../lib/providers/anthropic-request.ts';
import { openaiRequest } from '../../lib/providers/openai-request.ts';
import { compilePath, lastNames, ruledStrings, selectNodes } from '../../lib/providers/paths.ts';
import type { OpaqueRule } from '../../lib/providers/types.ts';

function select(text: string, path: string): string[] {
  const bytes = Buffer.from(text);
  const root = parseJson(bytes) as JsonNode;
  return selectNodes(root, bytes, path).map((node) => bytes.toString('utf8', node.start, node.end));
}

function ruled(text: string, rules: readonly OpaqueRule[]): string[] {
  const bytes = Buffer.from(text);
  const found = ruledStrings(parseJson(bytes) as JsonNode, bytes, rules);
  return [...found.values()].map(({ node }) => bytes.toString('utf8', node.start, node.end));
}

describe('selectNodes', () => {
  const text = '{"a":[{"b":1,"c":{"b":2}},{"b":3},[{"b":4}]],"b":5,"\\u0061x":6}';

  it.each([
    ['', [text]],
    ['b', ['5']],
    ['a[].b', ['1', '3']],
    ['a[0].b', ['1']],
    ['a[2][].b', ['4']],
    ['a[9].b', []],
    ['**.b', ['5', '1', '2', '3', '4']],
    ['a[].**.b', ['1', '2', '3', '4']],
    ['ax', ['6']],
    ['b.a', []],
    ['b[]', []],
  ])('finds %j', (path, expected) => {
    expect(select(text, path)).toEqual(expected);
  });

  it('follows duplicate members', () => {
    expect(select('{"a":{"b":1},"a":{"b":2}}', 'a.b')).toEqual(['1', '2']);
  });

  it.each(['a..b', 'a[', 'a]b', 'a[x]'])('does not take %j for a path', (path) => {
    expect(() => compilePath(path)).toThrow(TypeError);
  });
});

describe('ruledStrings', () => {
  const rules = [{ at: 'm[]', types: ['t'], fields: ['f'] }];

  it.each([
    ['{"m":[{"type":"t","f":"yes"}]}', ['yes']],
    ['{"m":[{"f":"yes","type":"\\u0074"}]}', ['yes']],
    ['{"m":[{"f":"no"}]}', []],
    ['{"m":[{"type":"u","f":"no"}]}', []],
    ['{"m":[{"type":"t","type":"t","f":"no"}]}', []],
    ['{"m":[{"type":"t","f":"no","f":"no"}]}', []],
    ['{"m":[{"type":"t","f":["no"]}]}', []],
    ['{"m":{"type":"t","f":"no"}}', []],
    ['{"n":[{"type":"t","f":"no"}]}', []],
    ['[{"m":[{"type":"t","f":"no"}]}]', []],
  ])('in %j are %j', (text, expected) => {
    expect(ruled(text, rules)).toEqual(expected);
  });
});

describe('the request grammars', () => {
  it.each(Object.entries({ anthropicRequest, openaiRequest }))('%s compiles', (_, grammar) => {
    for (const rule of grammar.opaqueRequest) compilePath(rule.at);
    for (const path of grammar.jsonSource) compilePath(path);
    for (const rule of grammar.opaqueRequest) expect(rule.fields.length).toBeGreaterThan(0);
  });

  it('know arguments of calls as JSON source', () => {
    expect([...lastNames(openaiRequest.jsonSource)]).toEqual(['arguments']);
    expect([...lastNames(['a.b[]', 'c'])]).toEqual(['b', 'c']);
  });
});
