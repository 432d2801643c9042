import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { anthropicResponse } from '../../lib/providers/anthropic-response.ts';
import { openaiResponse } from '../../lib/providers/openai-response.ts';
import { createRestorer } from '../../lib/restore/restorer.ts';
import { inPieces, LIMITS, NO_GRAMMAR, resolving, restoreAll } from './running.ts';

interface Vector {
  readonly failure: string;
  readonly api: 'anthropic' | 'openai' | 'none';
  readonly contentType: string | null;
  readonly secrets: Readonly<Record<string, { readonly type: string; readonly value: string }>>;
  readonly foreign: readonly string[];
  readonly input: readonly string[];
  /** `null`: the input. */
  readonly output: readonly string[] | null;
  readonly restored: number;
  readonly unknown: number;
  readonly responseIds?: readonly string[];
}

const FOLDER = new URL('../vectors/restore/', import.meta.url);
const GRAMMARS = { anthropic: anthropicResponse, openai: openaiResponse, none: NO_GRAMMAR };

test.each(readdirSync(FOLDER))('%s', (name) => {
  const vector = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Vector;
  const input = Buffer.from(vector.input.join(''));
  const expected = {
    text: (vector.output ?? vector.input).join(''),
    restored: Array.from({ length: vector.restored }, () => ({
      type: 'DB_PASSWORD',
      hmac: Object.keys(vector.secrets)[0],
    })),
    unknown: vector.unknown,
    responseIds: vector.responseIds ?? [],
  };
  const run = (chunks: readonly Uint8Array[]) =>
    restoreAll(
      createRestorer({
        contentType: vector.contentType ?? undefined,
        grammar: GRAMMARS[vector.api],
        resolve: resolving(vector.secrets, vector.foreign),
        limits: LIMITS,
      }),
      chunks,
    );

  expect(run([input])).toEqual(expected);
  expect(run(inPieces(input, 1))).toEqual(expected);
  for (let at = 1; at < input.length; at++) {
    const result = run([input.subarray(0, at), input.subarray(at)]);
    if (result.text !== expected.text) expect({ at, ...result }).toEqual({ at, ...expected });
  }
});
