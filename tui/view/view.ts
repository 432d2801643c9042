import type { Model } from '../model/model.ts';
import type { ChartData } from '../screen/chart.ts';
import type { Line } from '../text/line.ts';
import type { Glyphs } from '../theme/glyphs.ts';

/** What a renderer looks at. */
export interface View {
  readonly model: Model;
  readonly now: number;
  readonly glyphs: Glyphs;
  /** The bright half of a flash; always, where nothing may move. */
  readonly bright: boolean;
  /** Hosts have a pane of their own. */
  readonly hostsApart: boolean;
}

/** A pane, as its renderer gives it. */
export interface PaneView {
  /** Something larger than lines, in front of them. */
  readonly chart?: PaneChart;
  readonly title: string;
  /** At the right end of the upper border. */
  readonly badge?: Line;
  /** May be more than there is room for. */
  readonly lines: readonly Line[];
  /** The renderer chose what is in view: nothing is left to scroll. */
  readonly whole?: boolean;
  readonly tone?: 'alarm' | 'warn';
}

/** Values over time, in front of some lines of a pane. */
export interface PaneChart extends Omit<ChartData, 'rect'> {
  readonly from: number;
  readonly rows: number;
}

/** Renders a pane; width and height are what is inside its border. */
export type PaneRenderer = (view: View, width: number, height: number) => PaneView;

/** What stands in front of the panes. */
export interface ModalView {
  readonly title: string;
  readonly lines: readonly ModalLine[];
  readonly tone?: 'alarm' | 'warn' | 'ok';
  /** Lines that it is scrolled by. */
  readonly scroll?: number;
  /** The line that must be in view. */
  readonly at?: number;
}

/** A line of a modal; one of no weight gives way where there is little room. */
export interface ModalLine {
  readonly line: Line;
  readonly spare?: boolean;
}

/** Renders a modal for a width inside its border. */
export type ModalRenderer<Modal> = (view: View, modal: Modal, width: number) => ModalView;
