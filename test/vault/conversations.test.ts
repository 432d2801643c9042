import { describe, expect, it } from 'vitest';
import { createConversations } from '../../lib/vault/conversations.ts';

const open = (capacity = 10) => createConversations({ capacity, ttl: 100 });

describe('createConversations', () => {
  it('remembers under each of its names what a conversation has sent', () => {
    const conversations = open();
    const first = conversations.begin(['h|session:a'], 0);
    first.add(['f1']);
    first.link('h|response:1');
    expect(conversations.begin(['h|response:1'], 1).sent.has('f1')).toBe(true);
    expect(conversations.begin(['h|session:b'], 1).sent.has('f1')).toBe(false);
    expect(conversations.begin(['g|session:a'], 1).sent.has('f1')).toBe(false);
  });

  it('makes conversations one when a request names several', () => {
    const conversations = open();
    const a = conversations.begin(['a'], 0);
    const b = conversations.begin(['b'], 0);
    a.add(['fa']);
    b.add(['fb']);
    b.privateKeySeen = true;
    const both = conversations.begin(['a', 'b'], 1);
    both.add(['fc']);
    for (const one of [a, b, both, conversations.begin(['b'], 2)]) {
      expect(['fa', 'fb', 'fc'].every((f) => one.sent.has(f))).toBe(true);
      expect(one.privateKeySeen).toBe(true);
    }
    expect(conversations.size).toBe(1);
  });

  it('forgets the least recently used ones and those that are too old', () => {
    const conversations = open(2);
    conversations.begin(['a'], 0).add(['f']);
    conversations.begin(['b'], 1).add(['f']);
    conversations.begin(['a'], 2);
    conversations.begin(['c'], 3);
    expect(conversations.size).toBe(2);
    expect(conversations.begin(['a'], 4).sent.has('f')).toBe(true);
    expect(conversations.begin(['a'], 104).sent.has('f')).toBe(false);
  });

  it('keeps a running exchange’s handle good after its conversation was forgotten', () => {
    const conversations = open(1);
    const old = conversations.begin(['a'], 0);
    conversations.begin(['b'], 1);
    old.add(['f']);
    expect(old.sent.has('f')).toBe(true);
    expect(conversations.begin(['a'], 2).sent.has('f')).toBe(false);
  });

  it('begins a conversation without a name that can get one later', () => {
    const conversations = open();
    const nameless = conversations.begin([], 0);
    expect(conversations.size).toBe(0);
    nameless.add(['f']);
    nameless.link('h|response:1');
    expect(conversations.begin(['h|response:1'], 1).sent.has('f')).toBe(true);
  });

  it('bounds the names of one conversation', () => {
    const conversations = open();
    const one = conversations.begin(['first'], 0);
    for (let i = 0; i < 2000; i++) one.link(`r${i}`);
    one.add(['f']);
    expect(conversations.begin(['r1999'], 1).sent.has('f')).toBe(true);
    expect(conversations.begin(['r0'], 1).sent.has('f')).toBe(false);
  });

  it('goes over to another process as plain data', () => {
    const before = open();
    const one = before.begin(['a', 'b'], 0);
    one.add(['f']);
    one.privateKeySeen = true;
    const after = open();
    for (const record of JSON.parse(JSON.stringify([...before.records(1)]))) after.take(record, 7);
    expect(after.begin(['b'], 8)).toMatchObject({ privateKeySeen: true });
    expect(after.begin(['a'], 8).sent.has('f')).toBe(true);
  });
});
