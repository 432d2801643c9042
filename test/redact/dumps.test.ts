import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPipeline } from '../pipeline/pipeline.ts';
import { runs } from '../support/runs.ts';
import { dumped, hexOf } from './dumps.ts';
import { github } from './setup.ts';

const folder = fileURLToPath(new URL('../vectors/dumps/', import.meta.url));
const VECTORS = readdirSync(folder).map(
  (file) => JSON.parse(readFileSync(`${folder}${file}`, 'utf8')) as { lines: string[] },
);
/** Of which neither a pattern nor a name tells anything. */
const known = 'correct horse "battery" \\staple é';

describe('a dump', () => {
  it('comes back to the byte, in text and in JSON', () => {
    for (const { lines } of VECTORS) {
      const text = `${lines.join('\n')}\n`;
      for (const [type, body] of [
        ['text/plain', text],
        ['application/json', JSON.stringify({ text })],
        ['application/json', JSON.stringify({ text: JSON.stringify({ text }) })],
      ] as const) {
        const pipeline = createPipeline('none');
        const sent = pipeline.send(body, type);
        expect(sent.toString()).toContain('<pl:GITHUB_TOKEN:');
        expect(pipeline.receive([sent], type).toString()).toBe(body);
      }
    }
  });

  it('of a file shows nothing of its secrets, wherever they begin and however long the lines are', () => {
    const around = fc.string({ unit: 'binary-ascii', maxLength: 40 });
    fc.assert(
      fc.property(
        fc.constantFrom(github, known),
        around,
        around,
        fc.integer({ min: 6, max: 40 }),
        fc.constantFrom('xxd', 'hexdump', 'od') as fc.Arbitrary<'xxd' | 'hexdump' | 'od'>,
        fc.integer({ min: 0, max: 2 }),
        (secret, before, after, columns, tool, layers) => {
          const pipeline = createPipeline('none', [known]);
          const file = `first line of a file\n${before}\n${secret}\n${after}`;
          let body = dumped(file, columns, tool);
          for (let i = 0; i < layers; i++) body = JSON.stringify({ text: body });
          const type = layers === 0 ? 'text/plain' : 'application/json';
          const sent = pipeline.send(body, type);
          const left = sent.toString().replaceAll(/<pl:[A-Z_]+:[0-9a-f]{16}>/g, '');
          const parts = hexOf(secret).match(/.{8}/g) as string[];
          const shown = left.replaceAll(/[ \n]|\\+n/g, '');
          for (const part of parts) expect(shown).not.toContain(part);
          expect(pipeline.receive([sent], type).toString()).toBe(body);
        },
      ),
      runs(300),
    );
  });
});
