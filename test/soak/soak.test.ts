import { expect, test } from 'vitest';
import { useRig } from '../support/rig.ts';
import { startBareRelay } from './bare-relay.ts';
import { type FleetReport, type FleetWay, runFleet } from './fleet.ts';
import { type LoopDelay, MEASURABLE, measureDelay } from './loop-delay.ts';
import { figuresOf, recordSoak, type SoakFigures } from './record.ts';

/** The short form belongs to the suite; `npm run soak` sets ten minutes. */
const ASKED = process.env['WATERWALL_SOAK_SECONDS'];
const IS_LONG = ASKED !== undefined;
const SECONDS = Number(ASKED ?? 6);
const AGENTS = 64;

/** The daemon and the relay take turns, so that what else the machine does meets both. */
const ROUNDS = Math.max(1, Math.round(SECONDS / 20));
const RELAY_SHARE = 0.25;

const rig = useRig({ env: MEASURABLE }, { pieceSize: 20 });

test.runIf(process.platform === 'linux')(
  `${AGENTS} agents at once for ${SECONDS} s`,
  async () => {
    const relay = await startBareRelay(rig.provider);
    const ways = {
      waterwall: { ...rig.daemon, protects: true },
      relay: { ...relay, protects: false },
    };
    const delays = { waterwall: [] as LoopDelay[], relay: [] as LoopDelay[] };
    const reports: FleetReport[] = [];
    const run = async (name: keyof typeof ways, seconds: number): Promise<void> => {
      const way: FleetWay = ways[name];
      const act = async (): Promise<void> => {
        const load = { agents: AGENTS, milliseconds: seconds * 1000 };
        const report = await runFleet(way, rig.provider, load);
        // The relay's own failures are none of ours: it uses connections that were closed meanwhile.
        if (way.protects) reports.push(report);
      };
      delays[name].push(await measureDelay(way.pid, act));
    };
    const found = (): { readonly report: FleetReport; readonly figures: SoakFigures } => {
      const report = sumOf(reports);
      return { report, figures: figuresOf({ agents: AGENTS, seconds: SECONDS }, report, delays) };
    };
    try {
      for (let round = 0; round < ROUNDS; round++) {
        await run('waterwall', SECONDS / ROUNDS);
        await run('relay', Math.max(1, (SECONDS / ROUNDS) * RELAY_SHARE));
        if (IS_LONG) recordSoak(found().figures);
      }
    } finally {
      await relay.close();
    }

    const { report, figures } = found();
    process.stdout.write(`soak: ${JSON.stringify(figures)}\n`);
    expect(report.failures).toEqual([]);
    expect(report.leaks).toBe(0);
    expect(report.exchanges).toBeGreaterThan(AGENTS);
    const { memory, descriptors } = figures;
    // Two hosts an agent, in and out, beside the log and the listeners.
    expect(descriptors.most).toBeLessThan(4 * AGENTS + 100);
    // What is left are the connections that are kept for the next request.
    expect(report.samples.at(-1)?.descriptors).toBeLessThan(2 * 32 + 60);
    expect(memory.late).toBeLessThan(Math.max(350, 1.25 * memory.early));
  },
  // A relay that hangs holds up its agents for ten seconds each time.
  SECONDS * 2500 + 90_000,
);

function sumOf(reports: readonly FleetReport[]): FleetReport {
  return {
    exchanges: reports.reduce((sum, { exchanges }) => sum + exchanges, 0),
    failures: reports.flatMap(({ failures }) => failures),
    leaks: reports.reduce((sum, { leaks }) => sum + leaks, 0),
    samples: reports.flatMap(({ samples }) => samples),
  };
}
