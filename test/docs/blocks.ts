/** The commands that a document shows, as far as a machine can tell them from prose. */

/** A fenced block of shell commands. */
export interface Block {
  /** Of its first command, from 1. */
  readonly line: number;
  readonly text: string;
  /** Why it is not run; undefined where it is. */
  readonly notRun: string | undefined;
  /** The exit status its last command ends with. */
  readonly exit: number;
}

const SHELL = ['sh', 'bash', 'console'];
/** What may stand in a fence without being a command of ours. */
const OTHER = ['yaml', 'json', 'text', 'powershell', 'ini', 'http', 'diff', 'ts', 'mermaid'];

/** Before a block, on a line of its own. */
const NOT_RUN = /^\s*<!-- not run: (.{10,}) -->$/;
const EXIT = /^\s*<!-- exit (\d+) -->$/;
const FENCE = /^\s*(```+|~~~+)\s*(\S*)/;

/**
 * The shell blocks of a Markdown text, in order.
 *
 * @throws Error where a fence names no language, or one that nobody decided about: nobody would know
 *   whether its commands are run
 */
export function shellBlocks(markdown: string): Block[] {
  const lines = markdown.split('\n');
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at++) {
    const opening = FENCE.exec(lines[at] as string);
    if (opening === null) continue;
    const [, fence = '', language = ''] = opening;
    const end = lines.findIndex((line, index) => index > at && line.trim() === fence);
    if (end === -1) throw new Error(`line ${at + 1}: the fence does not end`);
    if (SHELL.includes(language)) blocks.push(blockAt(lines, at, end));
    else if (!OTHER.includes(language)) throw new Error(unnamed(at + 1, language));
    at = end;
  }
  return blocks;
}

function blockAt(lines: readonly string[], at: number, end: number): Block {
  const before = lines[at - 1] ?? '';
  const exit = EXIT.exec(before)?.[1];
  return {
    line: at + 2,
    text: lines.slice(at + 1, end).join('\n'),
    notRun: NOT_RUN.exec(before)?.[1],
    exit: exit === undefined ? 0 : Number(exit),
  };
}

function unnamed(line: number, language: string): string {
  return `line ${line}: a fence marked "${language}". Mark it sh (its commands are run; put <!-- not run: REASON --> before it where they cannot be), or one of ${OTHER.join(', ')}`;
}

/** Commands of ours between backticks, with their line: `waterwall VERB …`. */
export function inlineCommands(markdown: string): { line: number; words: string[] }[] {
  const prose = markdown.replace(/^\s*(```+|~~~+)[\s\S]*?^\s*\1/gm, (fence) =>
    fence.replace(/[^\n]/g, ''),
  );
  return prose.split('\n').flatMap((text, index) =>
    [...text.matchAll(/`(?:npx )?waterwall ([^`]+)`/g)].map(([, rest = '']) => ({
      line: index + 1,
      words: rest.split(/\s+/),
    })),
  );
}
