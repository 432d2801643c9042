import { PassThrough } from 'node:stream';

/** A terminal's input, without what was pasted. */
export interface TtyInput extends PassThrough {
  isTTY: boolean;
  isRaw?: boolean;
  setRawMode(raw: boolean): this;
}

/** What input comes from. */
export type TtySource = NodeJS.ReadableStream & { setRawMode?: (raw: boolean) => unknown };

/** How long the rest of a sequence may take before its Escape is a key of its own. */
const ESCAPE_WAIT = 30;
/** What is longer is no reason, path or filter, and may be a terminal that never says "end". */
const LONGEST_PASTE = 65_536;

const PASTE_BEGINS = '\x1b[200~';
const PASTE_ENDS = '\x1b[201~';
/** Has pastes marked, and no longer. */
export const MARK_PASTES = '\x1b[?2004h';
export const LEAVE_PASTES = '\x1b[?2004l';

/**
 * Blessed takes a paste for key presses, and an arrow whose bytes come apart for Escape and two
 * letters. So pastes are taken out here, and sequences are handed on whole.
 *
 * @param onPaste - told of the pasted text
 */
export function createTtyInput(source: TtySource, onPaste: (text: string) => void): TtyInput {
  const out = new PassThrough() as unknown as TtyInput;
  let held = '';
  let paste: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  out.isTTY = true;
  out.setRawMode = (raw) => {
    source.setRawMode?.(raw);
    out.isRaw = raw;
    return out;
  };

  /** @returns what is left to look at */
  const step = (text: string): string => {
    if (paste !== undefined) {
      const all = paste + text;
      const end = all.indexOf(PASTE_ENDS);
      if (end < 0) {
        paste = all.length > LONGEST_PASTE ? undefined : all;
        return '';
      }
      onPaste(all.slice(0, end));
      paste = undefined;
      return all.slice(end + PASTE_ENDS.length);
    }
    const begin = text.indexOf(PASTE_BEGINS);
    if (begin >= 0) {
      if (begin > 0) out.write(text.slice(0, begin));
      paste = '';
      return text.slice(begin + PASTE_BEGINS.length);
    }
    const unfinished = UNFINISHED.exec(text);
    if (unfinished === null) {
      out.write(text);
      return '';
    }
    if (unfinished.index > 0) out.write(text.slice(0, unfinished.index));
    held = unfinished[0];
    timer = setTimeout(() => {
      const late = held;
      held = '';
      out.write(late);
    }, ESCAPE_WAIT);
    return '';
  };
  source.setEncoding('utf8');
  source.on('data', (data: string | Buffer) => {
    clearTimeout(timer);
    let text = held + String(data);
    held = '';
    while (text !== '') text = step(text);
  });
  source.on('end', () => out.end());
  return out;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: sequences begin with Escape
const UNFINISHED = /\x1b(\[[\d;<?]*|O)?$/;
