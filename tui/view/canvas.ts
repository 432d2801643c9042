import { charWidth } from '../text/cells.ts';
import type { Ground, Hit, Line, Role } from '../text/line.ts';
import { type FrameGlyphs, type Glyphs, toAscii } from '../theme/glyphs.ts';
import { attributesOf, type Theme } from '../theme/themes.ts';

/** A part of the screen, in cells. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Cells of one row that a click means something on. */
export interface HitZone {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly hit: Hit;
}

/** A screen's cells. The second cell of a wide character is empty. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly chars: readonly string[];
  readonly attributes: Uint32Array;
  /** What a click does there; the last one is in front. */
  readonly hits: readonly HitZone[];
  /** Writes a line; what does not fit into `width` cells is left out. */
  put(x: number, y: number, line: Line, width?: number, on?: Ground): void;
  fill(rect: Rect, on: Ground): void;
  frame(rect: Rect, glyphs: FrameGlyphs, role: Role, on?: Ground): void;
  /** Takes colours and clicks out, so that what comes in front is seen first. */
  fade(): void;
}

export function createCanvas(
  width: number,
  height: number,
  { theme, glyphs }: { readonly theme: Theme; readonly glyphs: Glyphs },
): Canvas {
  const look = attributesOf(theme);
  const chars: string[] = new Array(width * height).fill(' ');
  const attributes = new Uint32Array(width * height).fill(look.ground.text);
  const plain = !glyphs.braille;
  const hits: HitZone[] = [];

  const set = (x: number, y: number, char: string, attr: number): void => {
    if (x < 0 || y < 0 || x >= width || y >= height) return;
    chars[y * width + x] = char;
    attributes[y * width + x] = attr;
  };

  const canvas: Canvas = {
    width,
    height,
    chars,
    attributes,
    hits,
    put(x, y, line, room = width - x, on = 'ground') {
      let at = x;
      const end = Math.min(width, x + room);
      let full = false;
      for (const piece of line) {
        if (full) return;
        const attr = look[piece.on ?? on][piece.role];
        const from = at;
        for (const each of piece.text) {
          const char = plain ? toAscii(each) : each;
          const wide = charWidth(char);
          full = at + wide > end;
          if (full) break;
          set(at, y, char, attr);
          if (wide === 2) set(at + 1, y, '', attr);
          at += wide;
        }
        if (piece.hit !== undefined && at > from) {
          hits.push({ x: from, y, width: at - from, hit: piece.hit });
        }
      }
    },
    fill(rect, on) {
      const attr = look[on].text;
      for (let y = rect.y; y < rect.y + rect.height; y++) {
        for (let x = rect.x; x < rect.x + rect.width; x++) set(x, y, ' ', attr);
      }
    },
    frame(rect, { corners, across, down }, role, on = 'ground') {
      const attr = look[on][role];
      const right = rect.x + rect.width - 1;
      const bottom = rect.y + rect.height - 1;
      for (let x = rect.x; x <= right; x++) {
        set(x, rect.y, across, attr);
        set(x, bottom, across, attr);
      }
      for (let y = rect.y; y <= bottom; y++) {
        set(rect.x, y, down, attr);
        set(right, y, down, attr);
      }
      const [a, b, c, d] = corners;
      set(rect.x, rect.y, a, attr);
      set(right, rect.y, b, attr);
      set(rect.x, bottom, c, attr);
      set(right, bottom, d, attr);
    },
    fade() {
      hits.length = 0;
      // Without colours nothing can step back: what is behind is left out.
      if (theme.roles.track.ink === undefined) chars.fill(' ');
      attributes.fill(look.ground.track);
    },
  };
  return canvas;
}

/** The cells as text, for whoever cannot see. */
export function canvasText({ width, height, chars }: Canvas): string {
  const rows = Array.from({ length: height }, (_, y) =>
    chars
      .slice(y * width, (y + 1) * width)
      .join('')
      .trimEnd(),
  );
  return rows.join('\n');
}
