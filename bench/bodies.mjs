import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** What an agent sends is mostly the code that it works on: here, that of our dependencies. */
const SOURCES = ['commander', 'pino', 'ws'].flatMap((name) =>
  sources(fileURLToPath(new URL(`../node_modules/${name}/lib`, import.meta.url))),
);

function sources(folder) {
  const files = readdirSync(folder).filter((name) => name.endsWith('.js'));
  return files.sort().map((name) => numbered(readFileSync(join(folder, name), 'utf8')));
}

/** As agents print a file they have read. */
function numbered(text) {
  return text
    .split('\n')
    .map((line, i) => `${String(i + 1).padStart(6)}\t${line}`)
    .join('\n');
}

function random(length) {
  return Array.from({ length }, () => LETTERS[Math.floor(Math.random() * 32)]).join('');
}

/** A made-up AWS key id. */
export function secret() {
  return `AKIA${random(16)}`;
}

/** About `length` characters of text with so many secrets spread over them. */
export function text(length, secrets) {
  let result = '';
  let next = Math.floor(Math.random() * SOURCES.length);
  while (result.length < length)
    result += `\nfile ${random(8)}\n${SOURCES[next++ % SOURCES.length]}`;
  result = result.slice(0, length);
  for (let i = 0; i < secrets; i++) {
    const at = Math.floor(((i + 0.5) / secrets) * result.length);
    result = `${result.slice(0, at)} ${secret()} ${result.slice(at)}`;
  }
  return result;
}

export function message(length, secrets) {
  return { role: 'user', content: [{ type: 'text', text: text(length, secrets) }] };
}

/** A request of ten messages. */
export function request(length, secrets) {
  const messages = Array.from({ length: 10 }, () => message(length / 10, secrets / 10));
  return Buffer.from(JSON.stringify({ model: 'm', max_tokens: 1, messages }));
}

/** The requests of a session, in which each turn sends all of the earlier ones again. */
export function session(turns, growth) {
  const messages = [];
  return Array.from({ length: turns }, () => {
    messages.push(message(growth, 1));
    return Buffer.from(
      JSON.stringify({ model: 'm', system: 'x'.repeat(20_000), messages: [...messages] }),
    );
  });
}
