import { mkdirSync, writeFileSync } from 'node:fs';
import { test } from 'vitest';
import { armedState, busyState } from '../tui/fixture.ts';
import { modelAfter, shown } from '../tui/show.ts';
import { pictureOf } from './picture.ts';

const FOLDER = process.env['SHOTS'] ?? 'shots';
const SIZES = [
  [40, 10],
  [80, 24],
  [120, 40],
  [200, 60],
] as const;
const ONLY = process.env['ONLY'];

const SCENES = {
  normal: () => modelAfter(busyState()),
  armed: () => modelAfter(armedState(), ['!', 'escape']),
  arm: () => modelAfter(busyState(), ['k', 'suspected key leak in repo foo', 'enter']),
  disarm: () => modelAfter(armedState(), ['k', 'DISARM']),
  help: () => modelAfter(busyState(), ['?']),
  detail: () => modelAfter(busyState(), ['up', 'up', 'up', 'enter']),
  offline: () =>
    modelAfter(undefined, [{ type: 'offline', reason: 'Waterwall is not running', retryAt: 0 }]),
  zoom: () => modelAfter(busyState(), ['2', 'z']),
  zoomlive: () => modelAfter(busyState(), ['1', 'z']),
  export: () => modelAfter(busyState(), ['e']),
} as const;

mkdirSync(FOLDER, { recursive: true });
for (const [name, scene] of Object.entries(SCENES)) {
  for (const [columns, rows] of SIZES) {
    const file = `${FOLDER}/${name}-${columns}x${rows}.png`;
    if (ONLY && !file.includes(ONLY)) continue;
    test(file, async () => {
      const screen = await shown(scene(), columns, rows);
      writeFileSync(file, pictureOf(screen.terminal));
      screen.close();
    });
  }
}
