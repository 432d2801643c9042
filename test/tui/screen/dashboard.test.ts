import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { openDashboard } from '../../../tui/dashboard.ts';
import { THEMES } from '../../../tui/theme/themes.ts';
import { useRig } from '../../support/rig.ts';
import { until } from '../../support/until.ts';
import { busyState, SETTINGS } from '../fixture.ts';
import { inProcessScreen } from '../screen.ts';
import { modelAfter, shown } from '../show.ts';

const SLOWLY = { timeout: 15_000 };

describe('a dashboard in this process, before a real daemon', () => {
  const rig = useRig();

  const open = async (columns: number, rows: number) => {
    const screen = inProcessScreen(columns, rows);
    const dashboard = openDashboard({
      homes: { run: `${rig.daemon.home}/run` },
      settings: { ...SETTINGS, reducedMotion: true },
      input: screen.input,
      output: screen.output,
      theme: THEMES.cyberpunk,
      trueColour: true,
      unicode: true,
    });
    onTestFinished(dashboard.close);
    return { ...screen, dashboard };
  };

  test('draws what happens, in the theme’s own colours', async () => {
    const ui = await open(120, 40);
    await until(() => ui.text().includes('ALL WELL'), SLOWLY);
    const [first] = ui.text().split('\n');
    const column = first?.indexOf('ALL WELL') ?? 0;
    const cell = ui.terminal.buffer.active.getLine(0)?.getCell(column);
    expect([cell?.isBgRGB(), cell?.getBgColor(), cell?.isBold() !== 0]).toEqual([
      true,
      0x00ff41,
      true,
    ]);
    const token = `ghp_${'0aB1'.repeat(9)}`;
    await rig.daemon.ask({ body: { messages: [{ role: 'user', content: `use ${token}` }] } });
    await until(
      () => /→ OUT .*GITHUB_TOKEN/.test(ui.text()) && ui.text().includes('1 restored'),
      SLOWLY,
    );
    expect(ui.text()).not.toContain(token);
    expect(ui.text()).toMatch(/signer .*signs/);
  });

  test('resizes while it runs, down to a strip and back', async () => {
    const ui = await open(120, 40);
    await until(() => ui.text().includes('ALL WELL'), SLOWLY);
    for (const [width, height, sign] of [
      [200, 60, 'BY HOST'],
      [80, 24, 'MAP / PATTERNS'],
      [40, 10, 'chain intact'],
      [5, 2, ''],
      [120, 40, 'ACTIVE SESSIONS'],
    ] as const) {
      ui.resize(width, height);
      await until(() => ui.text().includes(sign), SLOWLY);
    }
  });

  test('q ends it', async () => {
    const ui = await open(80, 24);
    ui.type('q');
    expect(await ui.dashboard.ended).toBe('quit');
  });
});

describe('the large chart', () => {
  let close: () => void = () => {};
  afterEach(() => close());

  test('is drawn in dots, with its axes, in the theme’s colours', async () => {
    const screen = await shown(modelAfter(busyState(), ['2', 'z']), 100, 32);
    close = screen.close;
    expect(screen.text()).toMatch(/[\u2801-\u28ff]{3}/);
    expect(screen.text()).toMatch(/-5m.*-3m.*-1m/);
    expect(screen.text()).toContain('added latency');
  });

  test('gives way to lines where there is no room, or no such characters', async () => {
    const screen = await shown(modelAfter(busyState(), ['2', 'z']), 100, 32, { ascii: true });
    close = screen.close;
    expect(screen.text()).toMatch(/^[\n -~]*$/);
  });
});
