import { describe, expect, it } from 'vitest';
import { type LineHash, leafHash, ZERO_HASH } from '../../../lib/audit/leaf.ts';
import { createWaitingLeaves } from '../../../lib/audit/signing/waiting-leaves.ts';

const hash = (n: number): LineHash => leafHash(Buffer.from(String(n)));

describe('leaves that wait', () => {
  it('are known from where they begin on, with the hash before them', () => {
    const waiting = createWaitingLeaves(10, hash(9));
    for (let n = 10; n < 15; n++) waiting.add(hash(n), n);
    expect(waiting.after(9)).toBeUndefined();
    expect(waiting.after(10)).toMatchObject({ anchor: hash(9) });
    expect(waiting.after(12)).toEqual({ anchor: hash(11), leaves: [12, 13, 14].map(hash) });
    expect(waiting.after(15)).toEqual({ anchor: hash(14), leaves: [] });
    expect(waiting.after(16)).toBeUndefined();
  });

  it('wait since the oldest became durable; after a signature, since it was asked for', () => {
    const waiting = createWaitingLeaves(0, ZERO_HASH);
    expect(waiting.since).toBeUndefined();
    waiting.add(hash(0), 100);
    waiting.add(hash(1), 200);
    expect(waiting.since).toBe(100);
    waiting.drop(1, 150);
    expect(waiting).toMatchObject({ since: 150, from: 1, count: 1 });
    waiting.drop(2, 300);
    expect(waiting.since).toBeUndefined();
  });

  it('begin further back once earlier ones were read', () => {
    const waiting = createWaitingLeaves(5, hash(4));
    waiting.add(hash(5), 1);
    waiting.prepend([hash(3), hash(4)], hash(2));
    expect(waiting.after(3)).toEqual({ anchor: hash(2), leaves: [3, 4, 5].map(hash) });
  });

  it('are forgotten when they are too many, and a late signature changes nothing then', () => {
    const waiting = createWaitingLeaves(0, ZERO_HASH);
    const many = 70_000;
    for (let n = 0; n < many; n++) waiting.add(hash(n), n);
    expect(waiting.from).toBeGreaterThan(60_000);
    expect(waiting.from + waiting.count).toBe(many);
    const before = { from: waiting.from, known: waiting.after(waiting.from) };
    waiting.drop(100, 5);
    expect({ from: waiting.from, known: waiting.after(waiting.from) }).toEqual(before);
    expect(waiting.after(many)).toEqual({ anchor: hash(many - 1), leaves: [] });
    expect(waiting.since).toBe(0);
  });
});
