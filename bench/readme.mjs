import { readFileSync, writeFileSync } from 'node:fs';
import { tableOf } from './table.mjs';

const README = new URL('../README.md', import.meta.url);
const BEGIN = '<!-- bench: written by `npm run bench -- --readme` -->';
const END = '<!-- /bench -->';

/** Puts the table of a run, with its date and machine, into the README. */
export function writeReadme(results) {
  const text = readFileSync(README, 'utf8');
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error('README.md has no place for the table');
  const { date, machine } = results;
  const caption = `Measured on ${date.slice(0, 10)}: ${machine}. Medians of interleaved rounds.`;
  const section = `${BEGIN}\n\n${caption}\n\n${tableOf(results)}\n\n`;
  writeFileSync(README, text.slice(0, begin) + section + text.slice(end));
}
