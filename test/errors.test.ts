import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isRefusal, REFUSAL_CODES, WaterwallError } from '../lib/errors.ts';

describe('refusal codes', () => {
  it('are each a heading of the runbook, and no heading names a code that is gone', () => {
    const runbook = readFileSync(new URL('../docs/runbook.md', import.meta.url), 'utf8');
    const documented = [...runbook.matchAll(/^### `([a-z-]+)`/gm)].map(([, code]) => code);
    expect(documented.sort()).toEqual([...REFUSAL_CODES].sort());
  });

  it('tell a refusal from a failure of the installation', () => {
    expect(isRefusal(new WaterwallError('store-full', 'full', { fix: 'wait' }))).toBe(true);
    expect(isRefusal(new WaterwallError('io-error', 'broken', { fix: 'mend' }))).toBe(false);
    expect(isRefusal(new Error('store-full'))).toBe(false);
  });
});

describe('what errors say', () => {
  // They stand after `fix: `, in parentheses, and inside sentences of hooks and refusals.
  it('are clauses: they begin small and have no full stop', () => {
    const lib = new URL('../lib/', import.meta.url);
    const files = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && !name.includes('generated'),
    );
    const sentences = files.flatMap((name) => {
      const source = readFileSync(new URL(name, lib), 'utf8');
      const told = source.matchAll(
        /(?:\bfix: |new WaterwallError\(\s*'[a-z-]+',\s*)(['`])((?:\\.|(?!\1).)+)\1/g,
      );
      return [...told].flatMap(([, , text = '']) =>
        /^(?!Waterwall\b)[A-Z][a-z]|[^.]\.$/.test(text) ? [`${name}: ${text}`] : [],
      );
    });
    expect(sentences).toEqual([]);
  });
});
