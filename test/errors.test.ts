import { readFileSync } from 'node:fs';
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
