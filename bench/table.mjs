import { ROWS } from './rows.mjs';

/** The targets of rows that do not go through every way (DESIGN §14). */
const ENGINE_TIMES_COPY = 20;
const WORST_NS_A_BYTE = 25;
const MEMORY_MB = 150;
const START_MS = 400;

/** What is measured beside its target: `{ name, cells, limit, value, unit }`, in the table's order. */
export function judge({ ways, figures, sync, engine, memory, start }) {
  const rows = ROWS.filter(({ id }) => figures[id] !== undefined).map(({ id, name, target }) => {
    const { relay, waterwall } = figures[id];
    const limit =
      target.times !== undefined
        ? relay * target.times
        : relay + (target.plus ?? target.plusSync + sync);
    return {
      id,
      name,
      cells: ways.map((way) => milliseconds(figures[id][way])),
      ...verdict(waterwall, limit, wordsOf(target, sync), milliseconds),
      ratios: `${factor(waterwall / figures[id].direct)} / ${factor(waterwall / relay)}`,
    };
  });
  const single = (name, value, limit, words, print, ratios = '') => ({
    name,
    cells: ways.map((way) => (way === 'waterwall' ? print(value) : '')),
    ratios,
    ...verdict(value, limit, words, print),
  });
  if (engine !== undefined) {
    const { copy, engine: ms, floods } = engine;
    const worst = floods.reduce((a, b) => (a.nsPerByte > b.nsPerByte ? a : b));
    const times = `${factor(ms / copy)} a copy`;
    const words = `≤ ${ENGINE_TIMES_COPY}× a copy`;
    rows.push(
      single(
        '2 MB in to 2 MB out, in process',
        ms,
        copy * ENGINE_TIMES_COPY,
        words,
        milliseconds,
        times,
      ),
      single(
        `worst-case input (${worst.name})`,
        worst.nsPerByte,
        WORST_NS_A_BYTE,
        `≤ ${WORST_NS_A_BYTE} ns a byte`,
        nanoseconds,
      ),
    );
  }
  if (memory !== undefined) {
    const name = `memory after ${memory.requests} requests of 200 KB`;
    const grown = `${signed(memory.full - memory.half)} MB in the second half`;
    rows.push(single(name, memory.full, MEMORY_MB, `≤ ${MEMORY_MB} MB and flat`, megabytes, grown));
  }
  if (start !== undefined) {
    rows.push(single('start to listening', start, START_MS, `≤ ${START_MS} ms`, milliseconds));
  }
  return rows;
}

/** The rows as a Markdown table. */
export function tableOf(results) {
  const { ways } = results;
  const head = ['work', ...ways, '× direct / × relay', 'target', 'met'];
  const lines = judge(results).map(({ name, cells, ratios, target, met }) => [
    name,
    ...cells,
    ratios,
    target,
    met,
  ]);
  const align = ['---', ...ways.map(() => '--:'), '--:', '---', '---'];
  return [head, align, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function verdict(value, limit, target, print) {
  const missed = value > limit;
  return { missed, target, met: missed ? `missed by ${print(value - limit)}` : 'yes' };
}

function wordsOf({ times, plus, plusSync }, sync) {
  if (times !== undefined) return `≤ ${times}× the relay`;
  if (plus !== undefined) return `≤ relay + ${plus} ms`;
  return `≤ relay + ${plusSync} ms + one sync (${milliseconds(sync)})`;
}

const factor = (value) => `${value.toFixed(2)}×`;
const signed = (value) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(0)}`;
const milliseconds = (value) =>
  value === undefined ? '' : `${value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2)} ms`;
const nanoseconds = (value) => `${value.toFixed(1)} ns`;
const megabytes = (value) => `${value.toFixed(0)} MB`;
