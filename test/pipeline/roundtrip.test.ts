import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splice } from '../../lib/redact/draft.ts';
import { redactJson } from '../../lib/redact/json.ts';
import { runs } from '../support/runs.ts';
import {
  clearTexts,
  cuts,
  jsonSources,
  jsonValues,
  texts,
  WRITERS,
  wellFormed,
} from './documents.ts';
import { createPipeline, cutSomehow } from './pipeline.ts';

// What goes out through the whole of redaction and comes back through the whole of restoration is
// what it was.

describe('redact then restore is the identity', () => {
  test('on any text, however it is cut', () => {
    fc.assert(
      fc.property(texts, cuts, (text, how) => {
        const pipeline = createPipeline('none');
        const sent = pipeline.send(text, 'text/plain');
        expect(pipeline.receive(cutSomehow(sent, how), 'text/plain').toString()).toBe(text);
      }),
      runs(120),
    );
  });

  test('on any JSON, however it is written and cut', () => {
    fc.assert(
      fc.property(jsonSources, cuts, (source, how) => {
        const pipeline = createPipeline('none');
        const sent = pipeline.send(source);
        const got = pipeline.receive(cutSomehow(sent, how), 'application/json');
        expect(JSON.parse(got.toString())).toEqual(JSON.parse(source));
      }),
      runs(120),
    );
  });

  test('to the byte on JSON that is written as JavaScript writes it', () => {
    fc.assert(
      fc.property(jsonValues, cuts, (value, how) => {
        const source = JSON.stringify(value);
        const pipeline = createPipeline('none');
        const sent = pipeline.send(source);
        const got = pipeline.receive(cutSomehow(sent, how), 'application/json');
        expect(got.toString()).toBe(source);
      }),
      runs(120),
    );
  });
});

describe('nothing else changes', () => {
  test.each([
    ['JSON', 'application/json', jsonSources],
    ['text', 'text/plain', texts],
    ['lines of JSON', 'application/x-ndjson', jsonSources.map((one) => `${one.trim()}\n${one}`)],
    [
      'a form',
      'application/x-www-form-urlencoded',
      texts.map((one) => `a=${encodeURIComponent(wellFormed(one))}&b=${one}`),
    ],
    [
      'a part of a multipart body',
      'multipart/form-data; boundary=edge',
      texts.map((one) => `--edge\r\n\r\n${one}\r\n--edge--`),
    ],
  ])('in %s', (_name, type, bodies) => {
    fc.assert(
      fc.property(bodies, (body) => {
        const input = Buffer.from(body);
        const pipeline = createPipeline('none');
        // The very bytes that came in stay in their order; all others are placeholders or escapes.
        let at = 0;
        const sent = pipeline.send(input, type).toString('latin1');
        sent.split(/("?<pl:[A-Z0-9_]{1,32}:[0-9a-f]{16}>"?|-esc)/).forEach((part, i) => {
          const piece = Buffer.from(part, 'latin1');
          const isOurs = i % 2 === 1 && !input.subarray(at, at + piece.length).equals(piece);
          if (isOurs) return;
          const found = input.indexOf(piece, at);
          expect(found).toBeGreaterThanOrEqual(at);
          at = found + piece.length;
        });
      }),
      runs(80),
    );
  });
});

describe('no secret leaves', () => {
  test.each(Object.entries(WRITERS))('in JSON as %s writes it', (_name, write) => {
    fc.assert(
      fc.property(clearTexts, ({ text, samples }) => {
        for (const body of [
          text,
          { [text]: 1 },
          JSON.stringify({ text }),
          JSON.stringify([JSON.stringify({ text })]),
        ]) {
          const sent = createPipeline('anthropic').send(
            write(JSON.stringify({ messages: [body] })),
          );
          const seen = sent.toString().replaceAll(/\\+\//g, '/');
          for (const { type, value } of samples) {
            for (const line of value.split('\n').filter((one) => !one.startsWith('-----'))) {
              if (seen.includes(line))
                throw new Error(`${type} left: ${JSON.stringify(body)} → ${seen}`);
            }
          }
        }
      }),
      runs(80),
    );
  });
});

test('the raw way and the decoding way through a document agree', () => {
  fc.assert(
    fc.property(jsonSources, (source) => {
      const [raw, decoded] = [false, true].map((decode) => {
        const bytes = Buffer.from(source);
        const { context } = createPipeline('openai');
        const { parts, redactions } = splice(bytes, redactJson(bytes, context, { decode }));
        return { text: Buffer.concat(parts).toString(), redactions };
      });
      expect(decoded).toEqual(raw);
    }),
    runs(120),
  );
});
