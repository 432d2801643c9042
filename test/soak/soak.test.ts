import { expect, test } from 'vitest';
import { useRig } from '../support/rig.ts';
import { runFleet } from './fleet.ts';

/** The short form belongs to the suite; `npm run soak` sets ten minutes. */
const SECONDS = Number(process.env['WATERWALL_SOAK_SECONDS'] ?? 6);
const AGENTS = 64;

const rig = useRig({}, { pieceSize: 20 });

test.runIf(process.platform === 'linux')(
  `${AGENTS} agents at once for ${SECONDS} s`,
  async () => {
    const report = await runFleet(rig, { agents: AGENTS, milliseconds: SECONDS * 1000 });
    const { samples } = report;
    const half = samples.slice(Math.floor(samples.length / 2));
    const memory = half.map((sample) => Math.round(sample.memory));
    const descriptors = samples.map((sample) => sample.descriptors);
    process.stdout.write(
      `soak: ${report.exchanges} exchanges, memory ${memory[0]} to ${memory.at(-1)} MiB, descriptors ${descriptors[0]} to ${descriptors.at(-1)}\n`,
    );
    expect(report.failures).toEqual([]);
    expect(report.exchanges).toBeGreaterThan(AGENTS);
    // Two hosts an agent, in and out, beside the log and the listeners.
    expect(Math.max(...descriptors)).toBeLessThan(4 * AGENTS + 100);
    // What is left are the connections that are kept for the next request.
    expect(descriptors.at(-1) ?? 0).toBeLessThan(2 * 32 + 60);
    expect(memory.at(-1) ?? 0).toBeLessThan(Math.max(350, 1.5 * (memory[0] ?? 0)));
  },
  SECONDS * 1000 + 60_000,
);
