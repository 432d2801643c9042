import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DemoReport } from '../../lib/ops/demo/report.ts';
import { conforming } from './schema.ts';
import { removeFolder, temporaryFolder, waterwall } from './transcript.ts';

let folder: string;

beforeAll(() => {
  folder = temporaryFolder();
});

afterAll(() => removeFolder(folder));

describe('demo', () => {
  test('shows the round trip in 80 columns, and leaves nothing behind', async () => {
    const env = { TMPDIR: folder, HOME: folder };
    const { code, stdout, stderr } = await waterwall(['demo'], { env, cwd: folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('3 secrets sent, 0 reached the provider');
    expect(stdout).not.toContain('✗');
    expect(stdout).not.toContain('\u001b');
    for (const line of stdout.split('\n')) expect([...line].length, line).toBeLessThanOrEqual(80);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('--json: the provider saw placeholders, the agent its secrets, the log neither', async () => {
    const { code, stdout } = await waterwall(['demo', '--json'], { env: { TMPDIR: folder } });
    expect(code).toBe(0);
    const report = conforming('cli-demo', stdout) as DemoReport;
    expect(report).toMatchObject({ passed: true, leaks: 0, restored: true });
    expect(report.secrets).toHaveLength(3);
    for (const secret of report.secrets) {
      expect(report.sent).toContain(secret);
      expect(report.seen).not.toContain(secret);
      expect(report.received).toContain(secret);
      expect(report.audit.join('\n')).not.toContain(secret);
    }
    expect(report.audit.map((line) => JSON.parse(line).line_type)).toEqual(
      expect.arrayContaining(['redaction', 'detokenization']),
    );
  });
});
