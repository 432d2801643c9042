import { mkdirSync, writeFileSync } from 'node:fs';
import { test } from 'vitest';
import { waterwall } from '../cli/transcript.ts';
import { virtualTerminal } from '../tui/screen.ts';
import { pictureOf } from './picture.ts';

const FOLDER = process.env['SHOTS'] ?? 'shots';

test.skipIf(!`${FOLDER}/demo.png`.includes(process.env['ONLY'] ?? ''))(
  'waterwall demo',
  async () => {
    const { stdout } = await waterwall(['demo'], { env: { FORCE_COLOR: '1' } });
    const lines = stdout.trimEnd().split('\n');
    const terminal = virtualTerminal(82, lines.length);
    await new Promise<void>((resolve) =>
      terminal.write(lines.map((line) => ` ${line}`).join('\r\n'), resolve),
    );
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(`${FOLDER}/demo.png`, pictureOf(terminal));
  },
);
