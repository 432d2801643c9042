import { type Command, Option } from 'commander';
import type { Health, RefusedChange } from '../control/health.ts';
import type { ClosedGate, Gate } from '../ops/health-gate.ts';
import { examples } from './examples.ts';
import { print, printJson } from './output.ts';
import { type Colour, type Paint, paintFor } from './style.ts';

/** tmux waits for a segment with its whole status line. */
const PATIENCE = { line: 3000, tmux: 500 } as const;

export function configure(command: Command): void {
  command
    .description(
      'One line: whether the proxy runs, is healthy and lets egress through. Exit status 0 only then.',
    )
    .option('--json', 'print its health as JSON')
    .addOption(new Option('--tmux', 'a segment for a tmux status line').conflicts('json'))
    .addHelpText(
      'after',
      examples(
        ['waterwall status', 'one line'],
        ['waterwall status --json', 'every fact it knows'],
        ["set -g status-right '#(waterwall status --tmux)'", 'in ~/.tmux.conf'],
      ),
    )
    .action(async (options: { json?: boolean; tmux?: boolean }) => {
      const { askGate } = await import('../ops/health-gate.ts');
      const { currentHomes } = await import('../ops/current-homes.ts');
      const patience = options.tmux ? PATIENCE.tmux : PATIENCE.line;
      const gate = await askGate(currentHomes(process.env), patience);
      if (options.tmux) return print(tmuxSegment(gate));
      if (options.json) printJson(statusJson(gate));
      else print(statusLine(gate, paintFor(process.stdout)));
      process.exitCode = gate.open ? 0 : 1;
    });
}

/** What `status --json` prints: whether agents may start, and the health as far as there is one. */
function statusJson(gate: Gate): object {
  if (gate.open) return { running: true, open: true, health: gate.health };
  const { code, reason: message, fix, health } = gate;
  return {
    running: code !== 'not-running',
    open: false,
    error: { code, message, fix },
    ...(health === undefined ? {} : { health }),
  };
}

/** The line of `waterwall status`. */
export function statusLine(gate: Gate, paint: Paint): string {
  if (!gate.open) return `${paint('red', STATES[gate.code].word)}  ${gate.reason}; ${gate.fix}`;
  const { version, uptime_seconds, patterns_loaded, map_size, map_capacity } = gate.health;
  return [
    `${paint('green', 'up')}  waterwall ${version}`,
    `for ${span(uptime_seconds)}`,
    `${patterns_loaded} patterns`,
    `store ${map_size} of ${map_capacity}`,
    ...warnings(gate.health).map(([what, look]) => `${paint('yellow', what)} (${look})`),
    'kill switch off',
  ].join(', ');
}

/** What does not close the gate, and what to look with. */
function warnings(health: Health): readonly (readonly [what: string, look: string])[] {
  return [
    ...(health.upstream_reachable === false
      ? [['provider not reached', 'waterwall verify-install'] as const]
      : []),
    ...refusedChanges(health).map((file) => REFUSED[file]),
  ];
}

/** A daemon that was started before an update does not say. */
const refusedChanges = (health: Partial<Health>): readonly RefusedChange[] =>
  health.refused_changes ?? [];

const REFUSED: Readonly<Record<RefusedChange, readonly [what: string, look: string]>> = {
  policy: ['a change was refused, the policy before it is in force', 'waterwall reload says why'],
  hosts: [
    'permitted_hosts.yaml is bad, the list before it is in force',
    'waterwall verify-install says why',
  ],
};

const STATES: Readonly<Record<ClosedGate['code'], { word: string; colour: Colour }>> = {
  'not-running': { word: 'down', colour: 'red' },
  unhealthy: { word: 'unhealthy', colour: 'magenta' },
  'killswitch-engaged': { word: 'stopped', colour: 'red' },
};

/** The segment of `waterwall status --tmux`. */
export function tmuxSegment(gate: Gate): string {
  if (gate.open) {
    const up = `ww up ${span(gate.health.uptime_seconds)}`;
    return refusedChanges(gate.health).length === 0
      ? `#[fg=green]${up}#[default]`
      : `#[fg=yellow]${up}, change refused#[default]`;
  }
  const { word, colour } = STATES[gate.code];
  return `#[fg=${colour},bold]ww ${word}#[default]`;
}

/** `3 d 4 h`, `12 min`: the two largest units. */
export function span(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ] as const;
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first === -1) return '0 s';
  let rest = seconds;
  return units
    .slice(first, first + 2)
    .flatMap(([name, size]) => {
      const count = Math.floor(rest / size);
      rest -= count * size;
      return count === 0 ? [] : [`${count} ${name}`];
    })
    .join(' ');
}
