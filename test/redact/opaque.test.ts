import { expect, it } from 'vitest';
import { aws, awsPlaceholder, redact } from './setup.ts';

const escaped = (text: string): string =>
  [...text].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
const system = (text: string): string => `{"system":[{"type":"text","text":"${text}"}]}`;
const NAME = 'x-anthropic-billing-header:';

it.each([
  ['as it is', NAME],
  ['with its first character escaped', `${escaped('x')}${NAME.slice(1)}`],
  ['with its last character escaped', `${NAME.slice(0, -1)}${escaped(':')}`],
  ['escaped whole', escaped(NAME)],
])('a billing header is forwarded untouched: %s', (_name, name) => {
  const body = system(`${name} cch=${aws};`);
  expect(redact(body)).toBe(body);
});

it.each([
  ['a line end before it', `\\n${NAME}`],
  ['another character escaped', `${NAME.slice(0, -1)}${escaped(';')}`],
  ['a quote in it', `x-anthropic\\"${NAME.slice(12)}`],
])('text that only resembles one is redacted: %s', (_name, name) => {
  expect(redact(system(`${name} cch=${aws};`))).toBe(system(`${name} cch=${awsPlaceholder};`));
});
