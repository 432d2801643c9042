import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../support/runs.ts';
import { spellings } from '../vault/spellings.ts';
import { cuts, SAMPLES, type Sample, WRITERS } from './documents.ts';
import { createPipeline, cutSomehow, fingerprint, type Pipeline } from './pipeline.ts';

// A placeholder that the client itself writes comes back as it was written, whatever it stands for,
// also next to secrets that were replaced.

const known = SAMPLES.find(({ type }) => type === 'GITHUB_TOKEN') as Sample;
const KNOWN = fingerprint(Buffer.from(known.value));
const UNKNOWN = '0123456789abcdef';

const literal = fc.constantFrom(
  ...[KNOWN, UNKNOWN].flatMap((h) =>
    [0, 1, 2].flatMap((escapes) => [
      ...spellings('GITHUB_TOKEN', h, escapes).map(({ text }) => text),
      ...spellings('A', h, escapes).map(({ text }) => text),
    ]),
  ),
);
const texts = fc
  .array(
    fc.oneof(
      literal,
      literal,
      fc.constantFrom(
        known.text,
        `${known.text} `,
        '<',
        '\\',
        '\\\\\\',
        ' ',
        '\n',
        '"',
        'é',
        '&',
        '%',
      ),
    ),
    { maxLength: 8 },
  )
  // A secret's neighbours are the matter of other tests.
  .map((parts) => parts.map((part) => (part.startsWith(known.text) ? ` ${part} ` : part)).join(''));

/** A pipeline in whose conversation the fingerprint is known. */
function pipelineThatKnows(): Pipeline {
  const pipeline = createPipeline('anthropic');
  pipeline.send(JSON.stringify({ messages: [{ role: 'user', content: known.text }] }));
  return pipeline;
}

describe('in(out(x)) = x through both whole pipelines', () => {
  test('for text', () => {
    fc.assert(
      fc.property(texts, cuts, (text, how) => {
        const pipeline = pipelineThatKnows();
        const sent = pipeline.send(text, 'text/plain');
        expect(pipeline.receive(cutSomehow(sent, how), 'text/plain').toString()).toBe(text);
      }),
      runs(200),
    );
  });

  test.each(Object.entries(WRITERS))('for strings of JSON as %s writes it', (_name, write) => {
    fc.assert(
      fc.property(texts, cuts, (text, how) => {
        const pipeline = pipelineThatKnows();
        const request = write(JSON.stringify({ messages: [{ role: 'user', content: text }] }));
        const sent = pipeline.send(request).toString();
        const seen = (JSON.parse(sent) as { messages: [{ content: string }] }).messages[0].content;
        const answer = write(JSON.stringify({ content: [{ type: 'text', text: seen }] }));
        const got = pipeline.receive(cutSomehow(Buffer.from(answer), how), 'application/json');
        expect(JSON.parse(got.toString())).toEqual({ content: [{ type: 'text', text }] });
      }),
      runs(100),
    );
  });

  test('for the input of a tool', () => {
    fc.assert(
      // The input of a tool puts one layer of escaping more over them: four are seen through.
      fc.property(
        texts.map((text) => text.replace(/\\{4,}/g, '\\')),
        cuts,
        (text, how) => {
          const pipeline = pipelineThatKnows();
          const block = (input: object) => ({
            type: 'tool_use',
            id: 'toolu_1',
            name: 'Write',
            input,
          });
          const request = {
            messages: [{ role: 'assistant', content: [block({ text, [text]: 1 })] }],
          };
          const sent = pipeline.send(JSON.stringify(request)).toString();
          const [message] = (JSON.parse(sent) as { messages: [{ content: [{ input: object }] }] })
            .messages;
          const source = JSON.stringify(message.content[0].input);
          const stream = [...source].map(
            (partial_json) =>
              `data: ${JSON.stringify({ type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json } })}\n\n`,
          );
          const end = `data: ${JSON.stringify({ type: 'content_block_stop', index: 0 })}\n\n`;
          const got = pipeline
            .receive(cutSomehow(Buffer.from(stream.join('') + end), how), 'text/event-stream')
            .toString()
            .trim()
            .split('\n\n')
            .map((one) => (JSON.parse(one.slice(6)) as { delta?: { partial_json: string } }).delta)
            .map((delta) => delta?.partial_json ?? '')
            .join('');
          expect(JSON.parse(got)).toEqual({ text, [text]: 1 });
        },
      ),
      runs(60),
    );
  });
});
