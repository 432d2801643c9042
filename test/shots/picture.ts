import { Resvg } from '@resvg/resvg-js';
import type { VirtualTerminal } from '../tui/screen.ts';

const CELL = { width: 9, height: 19, baseline: 14.5 };
const OWN_TEXT = '#c0c0c0';
const OWN_PAPER = '#101010';
const FONT = 'DejaVu Sans Mono';
const BASE = [
  '#000000',
  '#c50f1f',
  '#13a10e',
  '#c19c00',
  '#0037da',
  '#881798',
  '#3a96dd',
  '#cccccc',
  '#767676',
  '#e74856',
  '#16c60c',
  '#f9f1a5',
  '#3b78ff',
  '#b4009e',
  '#61d6d6',
  '#ffffff',
];
const LEVELS = [0, 95, 135, 175, 215, 255];

/** A terminal's screen as a picture. */
export function pictureOf(terminal: VirtualTerminal): Buffer {
  const shapes: string[] = [];
  const width = terminal.cols * CELL.width;
  const height = terminal.rows * CELL.height;
  for (let y = 0; y < terminal.rows; y++) {
    const line = terminal.buffer.active.getLine(y);
    for (let x = 0; x < terminal.cols; x++) {
      const cell = line?.getCell(x);
      if (cell === undefined || cell.getWidth() === 0) continue;
      const text = cell.isFgRGB()
        ? hex(cell.getFgColor())
        : cell.isFgPalette()
          ? palette(cell.getFgColor())
          : undefined;
      const paper = cell.isBgRGB()
        ? hex(cell.getBgColor())
        : cell.isBgPalette()
          ? palette(cell.getBgColor())
          : undefined;
      const turned = cell.isInverse() !== 0;
      const fill = turned ? (text ?? OWN_TEXT) : paper;
      const ink = turned ? (paper ?? OWN_PAPER) : (text ?? OWN_TEXT);
      const [left, top] = [x * CELL.width, y * CELL.height];
      if (fill !== undefined) {
        shapes.push(
          `<rect x="${left}" y="${top}" width="${CELL.width * cell.getWidth() + 0.4}" height="${CELL.height + 0.4}" fill="${fill}"/>`,
        );
      }
      const char = cell.getChars();
      if (char === '' || char === ' ') continue;
      const drawn = shapeOf(char, left, top, ink);
      if (drawn !== undefined) {
        shapes.push(drawn);
        continue;
      }
      const bold = cell.isBold() ? ' font-weight="bold"' : '';
      const under = cell.isUnderline() ? ' text-decoration="underline"' : '';
      shapes.push(
        `<text x="${left}" y="${top + CELL.baseline}" fill="${ink}"${bold}${under}>${escaped(char)}</text>`,
      );
    }
  }
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="${FONT}" font-size="15"><rect width="100%" height="100%" fill="${OWN_PAPER}"/>${shapes.join('')}</svg>`;
  return new Resvg(svg, { font: { loadSystemFonts: true, defaultFontFamily: FONT } })
    .render()
    .asPng();
}

/**
 * Blocks and frames as terminals draw them: up to the edges of their cells, where the font leaves
 * gaps.
 */
function shapeOf(char: string, left: number, top: number, ink: string): string | undefined {
  const { width, height } = CELL;
  const rect = (x: number, y: number, w: number, h: number): string =>
    `<rect x="${left + x}" y="${top + y}" width="${w}" height="${h}" fill="${ink}"/>`;
  const eighths = '▁▂▃▄▅▆▇█'.indexOf(char) + 1;
  if (eighths > 0) {
    const tall = (height * eighths) / 8;
    return rect(0, height - tall, width + 0.4, tall + 0.4);
  }
  if (char === '▀') return rect(0, 0, width + 0.4, height / 2);
  const arms = ARMS[char];
  if (arms === undefined) return undefined;
  const [up, right, down, across, thick] = arms;
  const [x, y] = [(width - thick) / 2, (height - thick) / 2];
  return [
    up ? rect(x, 0, thick, y + thick) : '',
    down ? rect(x, y, thick, height - y + 0.4) : '',
    right ? rect(x, y, width - x + 0.4, thick) : '',
    across ? rect(0, y, x + thick, thick) : '',
  ].join('');
}

/** Where a frame's character has lines (up, right, down, left), and how thick they are. */
const ARMS: Readonly<Record<string, readonly [0 | 1, 0 | 1, 0 | 1, 0 | 1, number]>> = {
  '─': [0, 1, 0, 1, 1],
  '│': [1, 0, 1, 0, 1],
  '┌': [0, 1, 1, 0, 1],
  '┐': [0, 0, 1, 1, 1],
  '└': [1, 1, 0, 0, 1],
  '┘': [1, 0, 0, 1, 1],
  '━': [0, 1, 0, 1, 2.5],
  '┃': [1, 0, 1, 0, 2.5],
  '┏': [0, 1, 1, 0, 2.5],
  '┓': [0, 0, 1, 1, 2.5],
  '┗': [1, 1, 0, 0, 2.5],
  '┛': [1, 0, 0, 1, 2.5],
};

function palette(slot: number): string {
  if (slot < 16) return BASE[slot] as string;
  if (slot >= 232) return hex((8 + (slot - 232) * 10) * 0x010101);
  const at = slot - 16;
  const part = (value: number): number => LEVELS[value] as number;
  return hex(
    (part(Math.floor(at / 36)) << 16) | (part(Math.floor(at / 6) % 6) << 8) | part(at % 6),
  );
}

function hex(colour: number): string {
  return `#${colour.toString(16).padStart(6, '0')}`;
}

function escaped(text: string): string {
  return text.replace(
    /[&<>]/g,
    (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[char] as string,
  );
}
