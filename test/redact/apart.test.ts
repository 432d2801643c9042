import { describe, expect, it } from 'vitest';
import { createPipeline } from '../pipeline/pipeline.ts';
import { makeSecret } from '../support/secrets.ts';
import { redact } from './setup.ts';

const github = makeSecret('GITHUB_TOKEN', 3);
const known = 'tr0ub4dor-xyz';

const hex = (text: string): string[] => Buffer.from(text).toString('hex').match(/../g) ?? [];
const list = (text: string): string[] => hex(text).map((byte) => `0x${byte}`);
const lines = (text: string): string =>
  (
    list(text)
      .join(', ')
      .match(/.{1,70}, |.+$/g) ?? []
  )
    .map((line) => `  ${line.trim()}`)
    .join('\n');

const LONGEST_PLACEHOLDER = '<pl:GITHUB_TOKEN:0123456789abcdef>'.length;

/** As tools print a text byte by byte. */
const PRINTED: Readonly<Record<string, (text: string) => string>> = {
  'xxd -i': (text) => `unsigned char env[] = {\n${lines(text)}\n};`,
  'xxd -i with line numbers': (text) =>
    `{\n${lines(text)}\n};`
      .split('\n')
      .map((line, i) => `${i + 1}\t${line}`)
      .join('\n'),
  'a list': (text) => `[]byte{${list(text).join(', ')}}`,
  'a list without spaces': (text) => `[${list(text).join(',')}]`,
  escapes: (text) =>
    `b"${hex(text)
      .map((byte) => `\\x${byte}`)
      .join('')}"`,
  'a buffer': (text) => `<Buffer ${hex(text).join(' ')}>`,
  'a buffer in JSON': (text) => `got: ${JSON.stringify(Buffer.from(text))}`,
  'a buffer in JSON with line ends': (text) =>
    `got:\n${JSON.stringify(Buffer.from(text), undefined, 2)}`,
};

const inJson = (text: string, times: number): string =>
  times === 0 ? text : inJson(JSON.stringify({ output: text }), times - 1);

describe.each(Object.entries(PRINTED))('bytes one by one: %s', (_, print) => {
  it.each([github, known])('hide nothing, and come back (%#)', (secret) => {
    const text = print(`A=1\nB=${secret}\n`);
    for (const times of [0, 1, 2, 3]) {
      const type = times === 0 ? 'text/plain' : 'application/json';
      const body = times === 0 ? `it is ${text}` : inJson(text, times);
      const pipeline = createPipeline('anthropic', [known]);
      const sent = pipeline.send(body, type);
      expect(sent.toString().match(/<pl:/g)).toHaveLength(1);
      // Nothing but the placeholder stands where each byte took two characters and more.
      expect(sent.length).toBeLessThan(body.length - 2 * secret.length + LONGEST_PLACEHOLDER);
      expect(pipeline.receive([sent], type).toString()).toBe(body);
    }
  });
});

it('the numbers of a document stay', () => {
  const body = JSON.stringify({ result: Buffer.from(`B=${github}`) });
  expect(redact(body)).toBe(body);
});

it('bytes that are no text hide none', () => {
  const table = Array.from(
    { length: 256 },
    (_, i) => `0x${((i * 7) % 256).toString(16).padStart(2, '0')}`,
  );
  const text = `{${table.join(', ')}} \\x41\\x42 <Buffer 41 42 00 ff> "Buffer", "data": [1, 2]`;
  expect(redact(text, 'text/plain')).toBe(text);
});
