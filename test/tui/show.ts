import { setTimeout as sleep } from 'node:timers/promises';
import type { DaemonState } from '../../lib/control/daemon-state.ts';
import type { Key } from '../../tui/model/editor.ts';
import type { Message } from '../../tui/model/message.ts';
import { initialModel, type Model } from '../../tui/model/model.ts';
import { update } from '../../tui/model/update.ts';
import { openTerminal } from '../../tui/screen/terminal.ts';
import { ASCII, UNICODE } from '../../tui/theme/glyphs.ts';
import { THEMES, type ThemeName } from '../../tui/theme/themes.ts';
import { drawFrame } from '../../tui/view/frame.ts';
import { NOW, SETTINGS } from './fixture.ts';
import { inProcessScreen } from './screen.ts';

/** Keys by name; anything longer that is no name is typed letter by letter. */
export type Press = string;

const NAMES = /^(?:enter|escape|tab|S-tab|up|down|left|right|pageup|pagedown|backspace|space)$/;

/** A dashboard that was told a state, and then the keys. */
export function modelAfter(
  state: DaemonState | undefined,
  presses: readonly (Press | Message)[] = [],
  settings = SETTINGS,
): Model {
  let model = initialModel(settings);
  const tell = (message: Message): void => {
    [model] = update(model, message, NOW);
  };
  if (state !== undefined) tell({ type: 'state', state, by: 'events' });
  const press = (key: Key): void => tell({ type: 'key', key, limits: {} });
  for (const each of presses) {
    if (typeof each !== 'string') tell(each);
    else if (NAMES.test(each)) press({ name: each, text: each === 'space' ? ' ' : '' });
    else for (const char of each) press({ name: char === ' ' ? 'space' : char, text: char });
  }
  return model;
}

export interface Manner {
  readonly theme?: ThemeName;
  readonly ascii?: boolean;
  readonly trueColour?: boolean;
}

/** Draws a model through blessed onto a terminal of this process. */
export async function shown(model: Model, columns: number, rows: number, manner: Manner = {}) {
  const { theme = 'cyberpunk', ascii = false, trueColour = true } = manner;
  const screen = inProcessScreen(columns, rows);
  const nothing = (): void => {};
  const terminal = openTerminal(
    {
      input: screen.input,
      output: screen.output,
      theme: THEMES[theme],
      trueColour,
      unicode: !ascii,
    },
    {
      onKey: nothing,
      onPaste: nothing,
      onWheel: nothing,
      onClick: nothing,
      onResize: nothing,
      onGone: nothing,
    },
  );
  const view = { model, now: NOW, glyphs: ascii ? ASCII : UNICODE, bright: true };
  const { canvas, chart } = drawFrame(view, THEMES[theme], columns, rows);
  terminal.draw(canvas, chart);
  await sleep(0);
  await new Promise<void>((resolve) => screen.terminal.write('', resolve));
  return { ...screen, close: terminal.close };
}
