import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { passPings } from '../../../lib/proxy/websocket/control-frames.ts';
import type { Sink } from '../../../lib/proxy/websocket/sink.ts';

test('pings lose their payload, pongs get it back in order, and pongs of nobody are dropped', () => {
  const [from, to] = [new EventEmitter(), new EventEmitter()];
  const log: string[] = [];
  const sink = (name: string): Sink => ({
    text: () => {},
    ping: () => void log.push(`ping ${name}`),
    pong: (payload) => void log.push(`pong ${name} ${payload}`),
  });
  passPings(from as WebSocket, to as WebSocket, sink('back'), sink('onward'));
  to.emit('pong', Buffer.from('unasked'));
  from.emit('ping', Buffer.from('1'));
  from.emit('ping', Buffer.from('2'));
  to.emit('pong', Buffer.alloc(0));
  to.emit('pong', Buffer.alloc(0));
  to.emit('pong', Buffer.alloc(0));
  expect(log).toEqual(['ping onward', 'ping onward', 'pong back 1', 'pong back 2']);
});

test('a flood of pings that nobody answers is forgotten but for the last', () => {
  const [from, to] = [new EventEmitter(), new EventEmitter()];
  const pongs: string[] = [];
  const quiet: Sink = { text: () => {}, ping: () => {}, pong: (one) => void pongs.push(`${one}`) };
  passPings(from as WebSocket, to as WebSocket, quiet, quiet);
  for (let i = 0; i < 1000; i++) from.emit('ping', Buffer.from(`${i}`));
  for (let i = 0; i < 1000; i++) to.emit('pong', Buffer.alloc(0));
  expect(pongs).toHaveLength(64);
  expect(pongs.at(-1)).toBe('999');
});
