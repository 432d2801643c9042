/** The marked paragraph in a file that an agent reads at each start (CLAUDE.md, AGENTS.md). */

const BEGIN = '<!-- waterwall: begin (put here by `waterwall hook install --memory`) -->';
const END = '<!-- waterwall: end -->';

/** What we put in, and the line ends before it. */
const BLOCK = /(?:\r?\n)?<!-- waterwall: begin[^\n]*-->[\s\S]*?<!-- waterwall: end -->(?:\r?\n|$)/;

/** Whether the paragraph is there. */
export function hasMemory(text: string): boolean {
  return BLOCK.test(text);
}

/** Puts the paragraph at the end, or in place of an older one. */
export function addMemory(text: string, paragraph: string): string {
  const block = `${BEGIN}\n${paragraph.trim()}\n${END}\n`;
  const found = BLOCK.exec(text);
  if (found !== null) {
    const lead = /^\r?\n/.exec(found[0])?.[0] ?? '';
    const before = text.slice(0, found.index);
    return `${before}${lead}${block}${text.slice(found.index + found[0].length)}`;
  }
  return `${text}${text === '' ? '' : '\n'}${block}`;
}

/** Takes it out; what {@link addMemory} was given comes back byte for byte. */
export function removeMemory(text: string): string {
  return text.replace(BLOCK, '');
}
