import { expect, it } from 'vitest';
import { createPipeline } from '../pipeline/pipeline.ts';

const value = `tr0ub4dor&3 "x" it's <b>`;
const path = "C:\\keys\\it's one";

it.each([
  ['markup', value, '<a>tr0ub4dor&amp;3 "x" it\'s &lt;b&gt;</a>'],
  ['an attribute', value, '<a b="tr0ub4dor&amp;3 &quot;x&quot; it\'s &lt;b&gt;">'],
  ['an attribute of Go', value, '<a b="tr0ub4dor&amp;3 &quot;x&quot; it&#39;s &lt;b&gt;">'],
  ['an attribute of Python', value, '<a b="tr0ub4dor&amp;3 &quot;x&quot; it&#x27;s &lt;b&gt;">'],
  ['XML', value, '<a b="tr0ub4dor&amp;3 &quot;x&quot; it&apos;s &lt;b&gt;"/>'],
  ['SQL', value, `VALUES ('tr0ub4dor&3 "x" it''s <b>')`],
  ['a shell', value, `export A='tr0ub4dor&3 "x" it'\\''s <b>'`],
  ['CSV', value, `1,"tr0ub4dor&3 ""x"" it's <b>",2`],
  ['single quotes of source code', value, `a = 'tr0ub4dor&3 "x" it\\'s <b>'`],
  ['a path in source code', path, `a = "C:\\\\keys\\\\it's one"`],
  ['a path in single quotes', path, `a = 'C:\\\\keys\\\\it\\'s one'`],
  ['a shell in double quotes', `${value}$\``, 'a="tr0ub4dor&3 \\"x\\" it\'s <b>\\$\\`"'],
  ['a template string', `${path}\`\${`, "a = `C:\\\\keys\\\\it's one\\`\\${`"],
  ['PowerShell', `${value}$`, '$a = "tr0ub4dor&3 `"x`" it\'s <b>`$"'],
  ['lines in PowerShell', 'tr0ub4dor\r\nkeys', '$a = "tr0ub4dor`r`nkeys"'],
  ['a form', 'tr0ub4dor & keys', "curl -d 'a=tr0ub4dor+%26+keys'"],
  ['a form in lower case', 'tr0ub4dor + keys', 'a=tr0ub4dor+%2b+keys'],
  ['a form without percent signs', 'tr0ub4dor my keys', 'a=tr0ub4dor+my+keys'],
  [
    'a link in a link',
    'tr0ub4dor"keys',
    'https://a.example/?to=https%3A%2F%2Fb%2F%3Fp%3Dtr0ub4dor%2522keys',
  ],
])('a known secret is found, and comes back, in %s', (_, known, text) => {
  for (const [type, body] of [
    ['text/plain', text],
    ['application/json', JSON.stringify({ text })],
  ] as const) {
    const pipeline = createPipeline('none', [known]);
    const sent = pipeline.send(body, type);
    expect(sent.toString()).not.toMatch(/tr0ub|keys/);
    expect(sent.toString()).toContain('<pl:DB_PASSWORD:');
    // One backslash more is what JSON adds too: of that there is one placeholder at all depths.
    if (known === path && text.includes('"')) continue;
    expect(pipeline.receive([sent], type).toString()).toBe(body);
  }
});

const lines = 'tr0ub4dor\n"keys"\\1';
const inJson = (text: string, times: number): string =>
  times === 0 ? text : inJson(JSON.stringify({ output: text }), times - 1);

it.each([1, 2, 3, 4, 5, 6])('a known secret is found where JSON escaped it %i times', (times) => {
  const pipeline = createPipeline('openai', [lines]);
  const sent = pipeline.send(inJson(lines, times)).toString();
  expect(sent).not.toMatch(/tr0ub|keys/);
  const [placeholder] = /<pl:[^>]+>/.exec(pipeline.send(JSON.stringify(lines)).toString()) ?? [];
  expect(sent).toContain(placeholder);
});
