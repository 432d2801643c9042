import { createRequire } from 'node:module';

/** The parts of blessed that are used; the types tell of the whole. */
export interface Blessed {
  readonly screen: typeof import('blessed')['screen'];
  readonly box: typeof import('blessed')['box'];
}

/**
 * Loads a screen and a box of blessed. Its entry would load thirty widgets more, and its terminal
 * description would be compiled whole, four hundred functions of which a dozen are called: half of
 * the time until something could be seen.
 */
export function loadBlessed(): Blessed {
  // Read while it loads: real line characters, and mouse reports that reach beyond column 95.
  process.env['NCURSES_NO_UTF8_ACS'] = '1';
  process.env['BLESSED_FORCE_MODES'] = 'VT200MOUSE=1,SGRMOUSE=1';
  const load = createRequire(import.meta.url);
  compileWhenCalled(load('blessed/lib/tput') as { prototype: Compiling });
  return {
    screen: load('blessed/lib/widgets/screen') as Blessed['screen'],
    box: load('blessed/lib/widgets/box') as Blessed['box'],
  };
}

type Capability = (...args: readonly unknown[]) => unknown;

interface Compiling {
  _compile(info: object, key: string, value: unknown): unknown;
}

const PATCHED = new WeakSet<Compiling>();

/** Has each string of a terminal's description become a function only when it is called. */
function compileWhenCalled({ prototype }: { prototype: Compiling }): void {
  if (PATCHED.has(prototype)) return;
  PATCHED.add(prototype);
  const compile = prototype._compile;
  prototype._compile = function (this: Compiling, info, key, value) {
    if (typeof value !== 'string' || value === '') return compile.call(this, info, key, value);
    let compiled: Capability | undefined;
    return (...args: readonly unknown[]) => {
      compiled ??= compile.call(this, info, key, value) as Capability;
      return compiled.apply(this, [...args]);
    };
  };
}

/**
 * Makes something of blessed's where it would start `tmux -V` and wait for its answer: inside tmux,
 * only to learn whether a mouse mode is understood that is never asked for.
 */
export function withoutTmux<Made>(make: () => Made): Made {
  const { TMUX } = process.env;
  delete process.env['TMUX'];
  try {
    return make();
  } finally {
    if (TMUX !== undefined) process.env['TMUX'] = TMUX;
  }
}
