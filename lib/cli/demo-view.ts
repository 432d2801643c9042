import { type DemoReport, passed } from '../ops/demo/report.ts';
import { box, COLUMNS, wrap } from './box.ts';
import type { Colour, Paint } from './style.ts';

/** Too little for any page: a terminal that says less does not know its size. */
const FEWEST = 20;

type Frame = (title: string, lines: readonly string[], paint: Paint) => string;

/** The demo as a page of 80 columns, or without frames for a terminal that has fewer. */
export function renderDemo(report: DemoReport, paint: Paint, columns: number): string {
  if (columns >= COLUMNS) return page(report, paint, box);
  const lines = page(report, paint, unframed).split('\n');
  return lines.flatMap((line) => wrap(line, Math.max(FEWEST, columns))).join('\n');
}

function unframed(title: string, lines: readonly string[], paint: Paint): string {
  return [paint('bold', title), ...lines].join('\n');
}

function page(report: DemoReport, paint: Paint, frame: Frame): string {
  const highlight = (text: string): string =>
    mark(mark(text, report.secrets, 'red', paint), report.placeholders, 'cyan', paint);
  return [
    frame('1  the agent sends', report.sent.split('\n').map(highlight), paint),
    arrow('Waterwall replaces the secrets', paint),
    frame('2  the provider sees', report.seen.split('\n').map(highlight), paint),
    arrow('the model answers, in pieces', paint),
    frame(
      '3  the provider streams',
      [report.streamed.map((piece) => markHalf(piece, paint)).join(paint('dim', '¦'))],
      paint,
    ),
    arrow('Waterwall puts them back, as they stream', paint),
    frame('4  the agent gets', [highlight(report.received)], paint),
    arrow('and keeps a record that holds no secret', paint),
    frame('5  the audit log', report.audit.flatMap(auditRows), paint),
    '',
    ...verdicts(report, paint),
  ].join('\n');
}

function arrow(says: string, paint: Paint): string {
  return paint('dim', `      ↓ ${says}`);
}

function mark(text: string, values: readonly string[], colour: Colour, paint: Paint): string {
  return values.reduce((marked, value) => marked.replaceAll(value, paint(colour, value)), text);
}

/** A piece of the stream: its half of a placeholder stands at its end, or is all of it. */
function markHalf(piece: string, paint: Paint): string {
  return piece.replace(/<pl:.*$|^[A-Z0-9_:]*[0-9a-f:]+>/, (half) => paint('cyan', half));
}

/** An audit line: the first one field by field, the others in a row each. */
function auditRows(line: string, index: number): readonly string[] {
  const record = JSON.parse(line) as Record<string, unknown>;
  const { seq, line_type: type, ts, frameworks, prev_hash: previous, ...rest } = record;
  if (index > 0) return [`#${seq} ${type}  ${plainText(rest['types'] ?? '')}`];
  const told = Object.entries({ ...rest, prev_hash: previous }).flatMap(([name, value]) =>
    Array.isArray(value)
      ? [`  ${name}:`, ...value.map((item) => `    ${plainText(item)}`)]
      : [`  ${name}: ${plainText(value)}`],
  );
  return [`#${seq} ${type}`, ...told];
}

function plainText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return shortened(String(value));
  return Object.entries(value)
    .map(([name, part]) => `${name}=${plainText(part)}`)
    .join(' ');
}

/** Nobody compares a digest by eye to its end. */
function shortened(text: string): string {
  return text.length > 48 ? `${text.slice(0, 32)}…` : text;
}

function verdicts(report: DemoReport, paint: Paint): readonly string[] {
  const tick = (good: boolean, says: string): string =>
    ` ${good ? paint('green', '✓') : paint('red', '✗')} ${says}`;
  const lines = [
    tick(
      report.leaks === 0,
      `${report.secrets.length} secrets sent, ${report.leaks} reached the provider`,
    ),
    tick(report.restored, 'the agent got its own secrets back'),
    tick(report.verification.intact, report.verification.summary),
  ];
  const next = passed(report)
    ? [
        '',
        `   Next: ${paint('bold', 'waterwall up')}, then ${paint('bold', 'waterwall run -- claude')}`,
      ]
    : [];
  return [...lines, ...next];
}
