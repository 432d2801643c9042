import type { Facts } from '../../model/model.ts';
import { bytes, clock, count, span as duration } from '../../text/format.ts';
import { firstFitting, flow, gap, type Line, type Role, span } from '../../text/line.ts';
import { filled } from '../../text/spark.ts';
import type { Glyphs } from '../../theme/glyphs.ts';
import type { PaneRenderer } from '../view.ts';

const LABEL = 9;
const field = (label: string, ...rest: Line): Line => [span('label', label.padEnd(LABEL)), ...rest];

/** 4 MAP / PATTERNS: what is remembered, and what is looked for. */
export const renderMap: PaneRenderer = ({ model, glyphs }, width, height) => {
  const title = '4 MAP / PATTERNS';
  const { facts } = model;
  if (facts === undefined) return { title, lines: [] };
  const { policy, store } = facts;
  const off = policy.disabled.length > 0;
  const refused = policy.last_reload?.ok === false;
  const inForce = policyLine(facts, width);
  const essentials: readonly Line[] = [
    fullness(facts, width, glyphs),
    storeLine(facts, width),
    patternLine(facts, width),
    off ? field('off', span('alarm', policy.disabled.join(' '))) : inForce,
  ];
  const more: readonly Line[] = [
    ...(off ? [inForce] : []),
    field('secrets', span('text', `${policy.known_secrets} of your own list`)),
    field(
      'allowed',
      span(
        policy.allow > 0 ? 'warn' : 'text',
        policy.allow === 0 ? 'nothing' : `${policy.allow} values`,
      ),
    ),
    ...(policy.unreadable.length > 0
      ? [field('missing', span('warn', policy.unreadable.join(' ')))]
      : []),
    field('memory', span('text', `${bytes(store.bytes)} of ${bytes(store.bytes_capacity)}`)),
    field('talks', span('text', `${count(store.conversations)} conversations known`)),
    field(
      'hosts',
      span('text', `${facts.permitted_hosts.length} opened`),
      span('dim', `, others ${others(facts)}`),
    ),
    ...(policy.skipped.length > 0
      ? [field('skipped', span('dim', `${policy.skipped.length} values that are too common`))]
      : []),
  ];
  const kept = [...essentials, ...more.slice(0, Math.max(0, height - essentials.length))];
  const lines = [...kept, ...typeLines(facts, width, height - kept.length)];
  return { title, lines, ...(refused || off ? { tone: 'alarm' as const } : {}) };
};

/** What is looked for, by name: the operator's own first. */
function typeLines({ policy }: Facts, width: number, room: number): readonly Line[] {
  if (room < 4) return [];
  const own = new Set(policy.operator);
  const names = [...own, ...policy.types.filter((type) => !own.has(type))];
  const lines = flow(
    names.map((name): Line => [span(own.has(name) ? 'accent' : 'dim', name)]),
    width,
    1,
  );
  const most = room - 2;
  const left = lines.length - most;
  const shown = left > 0 ? lines.slice(0, most - 1) : lines;
  const told = shown.reduce(
    (sum, line) => sum + line.filter(({ text }) => text.trim() !== '').length,
    0,
  );
  return [
    [],
    [span('label', 'looks for')],
    ...shown,
    ...(left > 0 ? [[span('dim', `and ${names.length - told} more: waterwall patterns`)]] : []),
  ];
}

function fullness({ store }: Facts, width: number, glyphs: Glyphs): Line {
  const share = store.capacity === 0 ? 0 : store.size / store.capacity;
  const bar = Math.max(0, Math.min(24, width - LABEL - 5));
  const on = filled(share, bar);
  const role: Role = share > 0.9 ? 'alarm' : share > 0.7 ? 'warn' : 'ok';
  return field(
    'map',
    span(role, glyphs.barOn.repeat(on)),
    span('track', glyphs.barOff.repeat(bar - on)),
    span('strong', ` ${Math.round(share * 100)}%`),
  );
}

function storeLine({ store }: Facts, width: number): Line {
  const held = span('text', `${count(store.size)} of ${count(store.capacity)}`);
  // A whole number of hours or minutes needs no second unit.
  const ttl = duration(store.ttl_ms / 1000).replace(/(?:00m|00s)$/, '');
  return firstFitting(
    width,
    [...field('held', held), span('dim', `, for ${ttl} after use`)],
    [...field('held', held), span('dim', `, ${ttl}`)],
    field('held', held),
    field('held', span('text', count(store.size))),
  );
}

function patternLine({ policy }: Facts, width: number): Line {
  const all = span('strong', String(policy.types.length));
  const own = policy.operator.length;
  if (own === 0) return field('patterns', all, span('dim', ' types'));
  return firstFitting(
    width,
    field('patterns', all, span('dim', ` types, ${own} of them yours`)),
    field('patterns', all, span('dim', `, ${own} yours`)),
  );
}

function policyLine({ policy }: Facts, width: number): Line {
  const hash = span('text', policy.hash.slice(0, 8));
  const at = policy.last_reload_ts;
  if (at === null)
    return firstFitting(
      width,
      field('policy', hash, span('dim', ' as started')),
      field('policy', hash),
    );
  const time = clock(at);
  return policy.last_reload?.ok === false
    ? field('policy', hash, gap(1), span('alarm', `reload refused ${time}`))
    : firstFitting(
        width,
        field('policy', hash, span('dim', ' reloaded '), span('text', time)),
        field('policy', hash, gap(1), span('text', time)),
        field('policy', hash),
      );
}

function others({ unlisted_hosts }: Facts): string {
  return unlisted_hosts === 'tunnel'
    ? 'piped'
    : unlisted_hosts === 'refuse'
      ? 'refused'
      : 'unknown';
}
