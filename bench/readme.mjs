import { readFileSync, writeFileSync } from 'node:fs';

const README = new URL('../README.md', import.meta.url);

/** Puts what was measured between the marks that name its command in the README. */
export function writeReadme(name, command, section) {
  const text = readFileSync(README, 'utf8');
  const mark = `<!-- ${name}: written by \`${command}\` -->`;
  const begin = text.indexOf(mark);
  const end = text.indexOf(`<!-- /${name} -->`);
  if (begin < 0 || end < begin) throw new Error(`README.md has no place for ${name}`);
  writeFileSync(README, `${text.slice(0, begin)}${mark}\n\n${section}\n\n${text.slice(end)}`);
}
