import { deepFreeze } from './freeze.ts';
import type { Settings } from './types.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const MIB = 1024 ** 2;

/** What holds where `config.yaml` says nothing. */
export const DEFAULT_SETTINGS: Settings = deepFreeze({
  killSwitch: false,
  listen: { host: '127.0.0.1', port: 8888 },
  listenAnyway: false,
  sessionKey: 'persistent',
  store: { capacity: 10_000, bytes: 64 * MIB, ttl: 240 * MINUTE, persist: 'memory' },
  limits: {
    body: 64 * MIB,
    responseBody: 64 * MIB,
    // A Responses `completed` event repeats the whole answer, images included.
    event: 32 * MIB,
    headers: 64 * 1024,
    handshakeTimeout: 10 * SECOND,
    headerTimeout: 30 * SECOND,
    connections: 1024,
  },
  shutdownGrace: 10 * SECOND,
  refusalStatus: 'auto',
  metrics: { listen: { host: '127.0.0.1', port: 8889 } },
  dashboard: { latencyBudget: 250 },
  log: { level: 'info', format: 'auto' },
  audit: {
    checkpointLines: 100,
    checkpointInterval: 5 * MINUTE,
    sessionIdle: 30 * MINUTE,
    signerTimeout: 10 * SECOND,
    keyEpoch: 24 * 60 * MINUTE,
  },
});
