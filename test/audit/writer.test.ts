import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type AppendFile, createWriter, type Writer } from '../../lib/audit/writer.ts';

/** A file in memory that can be told to fail. */
function fakeFile(faults: { write?: number; sync?: number; most?: number } = {}) {
  const state = { text: '', synced: '', writes: 0, syncs: 0, closed: false };
  const file: AppendFile = {
    async write(bytes, offset, length) {
      await nextTurn();
      if (++state.writes === faults.write) throw new Error('disk full');
      const taken = Math.min(length, faults.most ?? length);
      state.text += bytes.toString('utf8', offset, offset + taken);
      return { bytesWritten: taken };
    },
    async datasync() {
      await nextTurn();
      if (++state.syncs === faults.sync) throw new Error('input/output error');
      state.synced = state.text;
    },
    async close() {
      state.closed = true;
    },
  };
  return { file, state };
}

function push(writer: Writer, seq: number, seals = false): Promise<number> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(`line ${seq}\n`);
    writer.push({ seq, bytes, seals, settle: () => resolve(seq), fail: reject });
  });
}

const expected = (lines: number): string =>
  Array.from({ length: lines }, (_, seq) => `line ${seq}\n`).join('');

const noDeps = {
  nextSegment: () => Promise.reject(new Error('no rotation here')),
  onPoison: () => {},
};

describe('group commit', () => {
  test('a thousand lines at once are one write and one sync', async () => {
    const { file, state } = fakeFile();
    const writer = createWriter(file, noDeps);
    const settled: number[] = [];
    await Promise.all(
      Array.from({ length: 1000 }, async (_, seq) => settled.push(await push(writer, seq))),
    );
    expect(state).toMatchObject({ writes: 1, syncs: 1, synced: expected(1000) });
    expect(settled).toEqual(Array.from({ length: 1000 }, (_, seq) => seq));
  });

  test('what comes while a batch is synced is the next batch', async () => {
    const { file, state } = fakeFile();
    const writer = createWriter(file, noDeps);
    const first = push(writer, 0);
    await nextTurn();
    const later = [1, 2, 3].map((seq) => push(writer, seq));
    await first;
    expect(state.synced).toBe(expected(1));
    await Promise.all(later);
    expect(state).toMatchObject({ writes: 2, syncs: 2, synced: expected(4) });
  });

  test('a short write is gone on with', async () => {
    const { file, state } = fakeFile({ most: 3 });
    const writer = createWriter(file, noDeps);
    await Promise.all([0, 1, 2].map((seq) => push(writer, seq)));
    expect(state).toMatchObject({ writes: 7, syncs: 1, synced: expected(3) });
  });

  test('closing waits for what is queued', async () => {
    const { file, state } = fakeFile();
    const writer = createWriter(file, noDeps);
    const lines = [0, 1].map((seq) => push(writer, seq));
    await writer.close();
    expect(state).toMatchObject({ synced: expected(2), closed: true });
    await Promise.all(lines);
  });
});

describe('rotation', () => {
  test('lines after the sealing one go to the next file, which exists before it settles', async () => {
    const [old, next] = [fakeFile(), fakeFile()];
    const asked: number[] = [];
    const writer = createWriter(old.file, {
      ...noDeps,
      async nextSegment(first) {
        asked.push(first);
        return next.file;
      },
    });
    const lines = [push(writer, 0), push(writer, 1, true), push(writer, 2)];
    await lines[1];
    expect(asked).toEqual([2]);
    await Promise.all(lines);
    expect(old.state).toMatchObject({ synced: expected(2), closed: true });
    expect(next.state.synced).toBe('line 2\n');
  });

  test('a segment that cannot be made poisons', async () => {
    const { file } = fakeFile();
    const writer = createWriter(file, noDeps);
    await expect(push(writer, 0, true)).rejects.toMatchObject({ code: 'audit-unavailable' });
  });
});

describe('poison', () => {
  const faults = { 'a failed write': { write: 2 }, 'a failed sync': { sync: 2 } };
  test.each(Object.entries(faults))('%s fails its batch and what is queued', async (_, fault) => {
    const { file, state } = fakeFile(fault);
    const poisons: unknown[] = [];
    const writer = createWriter(file, { ...noDeps, onPoison: (error) => poisons.push(error) });
    await push(writer, 0);
    const batch = [push(writer, 1), push(writer, 2)];
    await nextTurn();
    const queued = push(writer, 3);
    const results = await Promise.allSettled([...batch, queued]);
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'audit-unavailable' } });
    }
    expect(poisons).toEqual([writer.failure]);
    expect(writer.failure?.fix).toContain('restart');
    const { writes } = state;
    await nextTurn();
    expect(state.writes).toBe(writes);
    await writer.close();
    expect(state.closed).toBe(true);
  });
});
