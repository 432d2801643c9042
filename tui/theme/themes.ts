import type { Ground, Role } from '../text/line.ts';

/** A colour of the palette of 256, and what it is where a terminal takes any: `rrggbb`. */
export interface Ink {
  readonly slot: number;
  readonly rgb: string;
}

/** How something looks. Nothing said: the terminal's own. */
export interface Style {
  readonly ink?: Ink;
  readonly bold?: boolean;
  readonly underline?: boolean;
  readonly inverse?: boolean;
}

/** What stands under something. */
export interface GroundStyle {
  /** The terminal's own where nothing is said. */
  readonly paper?: Ink;
  /** All text on it looks so, whatever it is. */
  readonly text?: Style;
}

/** How everything looks. */
export interface Theme {
  readonly roles: Readonly<Record<Role, Style>>;
  readonly grounds: Readonly<Record<Ground, GroundStyle>>;
}

export const THEME_NAMES = ['cyberpunk', 'cvd', 'light', 'mono'] as const;
export type ThemeName = (typeof THEME_NAMES)[number];

const ink = (slot: number, rgb: string): Ink => ({ slot, rgb });

interface Palette {
  readonly paper: Ink;
  readonly text: Ink;
  readonly dim: Ink;
  readonly strong: Ink;
  readonly label: Ink;
  readonly accent: Ink;
  readonly ok: Ink;
  readonly warn: Ink;
  readonly alarm: Ink;
  readonly out: Ink;
  readonly in: Ink;
  readonly border: Ink;
  readonly track: Ink;
  readonly low: Ink;
  readonly spark: Ink;
  readonly high: Ink;
  readonly selected: Ink;
  readonly field: Ink;
  readonly button: Ink;
  readonly bar: Ink;
  /** Text on `ok`, `warn` and `alarm`. */
  readonly onBright: Ink;
  readonly onAlarm: Ink;
}

function painted(p: Palette): Theme {
  return {
    roles: {
      text: { ink: p.text },
      dim: { ink: p.dim },
      strong: { ink: p.strong, bold: true },
      label: { ink: p.label },
      accent: { ink: p.accent },
      ok: { ink: p.ok, bold: true },
      warn: { ink: p.warn, bold: true },
      alarm: { ink: p.alarm, bold: true },
      out: { ink: p.out, bold: true },
      in: { ink: p.in },
      key: { ink: p.accent, bold: true },
      border: { ink: p.border },
      focus: { ink: p.ok },
      track: { ink: p.track },
      low: { ink: p.low },
      spark: { ink: p.spark },
      high: { ink: p.high },
    },
    grounds: {
      ground: { paper: p.paper },
      selected: { paper: p.selected },
      field: { paper: p.field },
      ok: { paper: p.ok, text: { ink: p.onBright, bold: true } },
      warn: { paper: p.warn, text: { ink: p.onBright, bold: true } },
      alarm: { paper: p.alarm, text: { ink: p.onAlarm, bold: true } },
      button: { paper: p.button, text: { ink: p.strong } },
      bar: { paper: p.bar },
    },
  };
}

const black = ink(16, '050806');
const white = ink(231, 'f2fff6');
const night = ink(16, '06080c');
const day = ink(231, 'fbfdfb');

/** Matrix green is healthy, magenta-red is alarm. */
const cyberpunk = painted({
  paper: black,
  text: ink(157, 'b5f5c8'),
  dim: ink(65, '5f8f6e'),
  strong: white,
  label: ink(72, '6fb58a'),
  accent: ink(51, '3df2ff'),
  ok: ink(46, '00ff41'),
  warn: ink(220, 'ffd23f'),
  alarm: ink(198, 'ff2a7f'),
  out: ink(51, '3df2ff'),
  in: ink(78, '56d68a'),
  border: ink(29, '1f6f4a'),
  track: ink(236, '23382b'),
  low: ink(23, '0d5230'),
  spark: ink(35, '17894f'),
  high: ink(41, '27c475'),
  selected: ink(22, '0c3b22'),
  field: ink(237, '0f2f33'),
  button: ink(24, '123f4a'),
  bar: ink(233, '0b1410'),
  onBright: black,
  onAlarm: white,
});

/** Blue and orange, told apart with every kind of colour vision. */
const cvd = painted({
  paper: night,
  text: ink(252, 'd0d6e0'),
  dim: ink(245, '8a93a3'),
  strong: white,
  label: ink(110, '8fb3dd'),
  accent: ink(117, '7fd0ff'),
  ok: ink(39, '2fa8ff'),
  warn: ink(228, 'f7ef8a'),
  alarm: ink(208, 'ff8c1a'),
  out: ink(117, '7fd0ff'),
  in: ink(110, '8fb3dd'),
  border: ink(60, '4a5d80'),
  track: ink(237, '2c3442'),
  low: ink(61, '3a5f92'),
  spark: ink(68, '4d86c9'),
  high: ink(153, '9fd0ff'),
  selected: ink(17, '12305a'),
  field: ink(236, '1d2a3c'),
  button: ink(24, '1c466b'),
  bar: ink(234, '10151e'),
  onBright: night,
  onAlarm: night,
});

const light = painted({
  paper: day,
  text: ink(235, '22302a'),
  dim: ink(242, '66736c'),
  strong: ink(16, '000000'),
  label: ink(239, '47564e'),
  accent: ink(25, '005f9e'),
  ok: ink(28, '0a7a34'),
  warn: ink(130, '8f5600'),
  alarm: ink(161, 'c4004f'),
  out: ink(25, '005f9e'),
  in: ink(29, '2c7a5b'),
  border: ink(248, 'a3b3aa'),
  track: ink(253, 'd7e2db'),
  low: ink(151, 'a5d4b6'),
  spark: ink(71, '5aa878'),
  high: ink(22, '0f6b35'),
  selected: ink(194, 'd6f3df'),
  field: ink(254, 'e3ebe6'),
  button: ink(252, 'cfe0d6'),
  bar: ink(255, 'eef4f0'),
  onBright: day,
  onAlarm: day,
});

/** Bold, underline and reverse only. */
const mono: Theme = {
  roles: {
    text: {},
    dim: {},
    strong: { bold: true },
    label: {},
    accent: { bold: true },
    ok: { bold: true },
    warn: { bold: true, underline: true },
    alarm: { bold: true, underline: true },
    out: { bold: true },
    in: {},
    key: { bold: true },
    border: {},
    focus: { bold: true },
    track: {},
    low: {},
    spark: {},
    high: {},
  },
  grounds: {
    ground: {},
    selected: { text: { inverse: true } },
    field: { text: { underline: true } },
    ok: { text: { inverse: true } },
    warn: { text: { inverse: true, bold: true } },
    alarm: { text: { inverse: true, bold: true } },
    button: { text: { bold: true, underline: true } },
    bar: {},
  },
};

export const THEMES: Readonly<Record<ThemeName, Theme>> = { cyberpunk, cvd, light, mono };

/** What a terminal is told: text, paper and manner in one number, as blessed keeps its cells. */
export type Attributes = Readonly<Record<Ground, Readonly<Record<Role, number>>>>;

/** All of a theme's; made once, looked up for each piece of each draw. */
export function attributesOf(theme: Theme): Attributes {
  const known = KNOWN.get(theme);
  if (known !== undefined) return known;
  const roles = Object.keys(theme.roles) as Role[];
  const grounds = Object.keys(theme.grounds) as Ground[];
  const made = Object.fromEntries(
    grounds.map((on) => [
      on,
      Object.fromEntries(roles.map((role) => [role, attribute(theme, role, on)])),
    ]),
  ) as Record<Ground, Record<Role, number>>;
  KNOWN.set(theme, made);
  return made;
}

const KNOWN = new WeakMap<Theme, Attributes>();

function attribute(theme: Theme, role: Role, on: Ground): number {
  const ground = theme.grounds[on];
  const style = { ...theme.roles[role], ...ground.text };
  const flags = (style.bold ? 1 : 0) | (style.underline ? 2 : 0) | (style.inverse ? 8 : 0);
  const paper = ground.paper ?? theme.grounds.ground.paper;
  return (flags << 18) | ((style.ink?.slot ?? OWN) << 9) | (paper?.slot ?? OWN);
}

/** The terminal's own colour. */
const OWN = 0x1ff;

/** Slot → `r;g;b`, for terminals that take any colour. */
export function exactColours(theme: Theme): ReadonlyMap<number, string> {
  const inks = [
    ...Object.values(theme.roles).map((style) => style.ink),
    ...Object.values(theme.grounds).flatMap(({ paper, text }) => [paper, text?.ink]),
  ];
  return new Map(
    inks.flatMap((each) => {
      if (each === undefined) return [];
      const parts = [0, 2, 4].map((at) => Number.parseInt(each.rgb.slice(at, at + 2), 16));
      return [[each.slot, parts.join(';')] as const];
    }),
  );
}
