import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createLogSurvey } from '../../../lib/proxy/daemon/log-survey.ts';

function survey() {
  const folder = mkdtempSync(join(tmpdir(), 'waterwall-survey-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [chain, manifests, receipts] = ['chain', 'manifests', 'receipts'].map((name) => {
    const path = join(folder, name);
    mkdirSync(path);
    return path;
  }) as [string, string, string];
  const segment = (name: string): void => writeFileSync(join(chain, `${name}.jsonl`), 'line');
  const clock = { now: 0 };
  const faults: unknown[] = [];
  segment('0');
  const made = createLogSurvey(
    { chain, manifests, receipts },
    () => clock.now,
    (error) => faults.push(error),
  );
  return { made, clock, faults, segment, chain };
}

test('looks at the start, and again for whoever asks later', async () => {
  const { made, clock, segment } = survey();
  await vi.waitFor(() => expect(made.disk).toMatchObject({ segments: 1, chain_bytes: 4 }));
  segment('1');
  clock.now = 4999;
  expect(made.disk).toMatchObject({ segments: 1 });
  clock.now = 5000;
  expect(made.disk).toMatchObject({ segments: 1 });
  await vi.waitFor(() => expect(made.disk).toMatchObject({ segments: 2, chain_bytes: 8 }));
});

test('a disk that fails is told of, and what was known stays', async () => {
  const { made, clock, faults, chain } = survey();
  await vi.waitFor(() => expect(made.disk).toMatchObject({ segments: 1 }));
  rmSync(chain, { recursive: true });
  writeFileSync(chain, 'no folder');
  clock.now = 5000;
  expect(made.disk).toMatchObject({ segments: 1 });
  await vi.waitFor(() => expect(faults).toEqual([expect.objectContaining({ code: 'ENOTDIR' })]));
  expect(made.disk).toMatchObject({ segments: 1 });
});
