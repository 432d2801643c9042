import { createRequire } from 'node:module';
import { attributesOf, type Theme } from '../theme/themes.ts';
import type { Rect } from '../view/canvas.ts';
import type { BlessedScreen } from './terminal.ts';

/** What a chart shows. */
export interface ChartData {
  readonly rect: Rect;
  /** Under the values, oldest first. */
  readonly labels: readonly string[];
  readonly lines: readonly { readonly values: readonly number[]; readonly role: 'in' | 'out' }[];
}

/** The widget of blessed-contrib, as far as it is used; its own types need a setting less strict. */
interface LineChart {
  left: number;
  top: number;
  width: number;
  height: number;
  options: { maxY?: number };
  setData(data: readonly object[]): void;
  canvasSize: { width: number; height: number };
  calcSize(): void;
  emit(event: 'attach'): void;
  hide(): void;
  show(): void;
  render(): unknown;
}

type MakeLine = (options: object) => LineChart;

/** The large chart; in front of the panes. */
export interface Chart {
  /** Nothing: out of sight. */
  show(data: ChartData | undefined): void;
}

/**
 * Makes the chart when it is first looked at: it brings libraries along that nobody else needs.
 * What it cannot draw, it leaves to what is drawn below it.
 */
export function createChart(screen: BlessedScreen, theme: Theme): Chart {
  let line: LineChart | undefined;
  let broken = false;
  let drawn = '';
  return {
    show(data) {
      if (broken || (data === undefined && line === undefined)) return;
      try {
        if (data === undefined) return line?.hide();
        line ??= makeLine(screen, theme);
        const place = JSON.stringify(data.rect);
        if (place !== drawn) resize(line, data.rect);
        drawn = place;
        const slots = attributesOf(theme).ground;
        line.options.maxY = scaleTop(data.lines.flatMap(({ values }) => values));
        line.setData(
          data.lines.map(({ values, role }, index) => ({
            title: String(index),
            x: [...data.labels],
            y: [...values],
            style: { line: inkOf(slots[role]) },
          })),
        );
        line.show();
      } catch {
        // A picture less; the switch that stops everything must not go with it.
        broken = true;
        line?.hide();
      }
    },
  };
}

function makeLine(screen: BlessedScreen, theme: Theme): LineChart {
  const load = createRequire(import.meta.url);
  const make = load('blessed-contrib/lib/widget/charts/line') as MakeLine;
  const slots = attributesOf(theme).ground;
  const line = make({
    parent: screen,
    style: { text: inkOf(slots.dim), baseline: inkOf(slots.border), line: inkOf(slots.spark) },
    xLabelPadding: 3,
    xPadding: 8,
    numYLabels: LABELS,
    showNthLabel: 12,
  });
  // Its own canvas leaves a margin that a terminal has no room for; two by four dots a cell.
  line.calcSize = () => {
    line.canvasSize = { width: line.width * 2 - 2, height: line.height * 4 };
  };
  const render = line.render.bind(line);
  line.render = () => {
    const place = render();
    fillGround(screen, line, slots.text);
    return place;
  };
  return line;
}

const LABELS = 5;

/** The top of a scale whose labels are round numbers, with some air over the highest value. */
export function scaleTop(values: readonly number[]): number {
  const least = (Math.max(...values, 0) * 1.05) / LABELS;
  if (!(least > 0)) return LABELS;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].find((times) => times * power >= least) ?? 10;
  return step * power * LABELS;
}

/** The widget never notices that it was resized: its canvas is made anew. */
function resize(line: LineChart, { x, y, width, height }: Rect): void {
  Object.assign(line, { left: x, top: y, width, height });
  line.emit('attach');
}

/** It knows no paper of its own: what it leaves to the terminal becomes the theme's. */
function fillGround(
  screen: BlessedScreen,
  { left, top, width, height }: LineChart,
  text: number,
): void {
  const { lines } = screen as unknown as { lines: [number, string][][] };
  for (const row of lines.slice(top, top + height)) {
    for (const cell of row.slice(left, left + width)) {
      const ink = (cell[0] >> 9) & OWN;
      cell[0] = (cell[0] & ~OWN) | (text & OWN);
      if (ink === OWN) cell[0] = (cell[0] & ~(OWN << 9)) | (text & (OWN << 9));
    }
  }
}

const OWN = 0x1ff;

function inkOf(attribute: number): number | 'normal' {
  const slot = (attribute >> 9) & OWN;
  return slot === OWN ? 'normal' : slot;
}
