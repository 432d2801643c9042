import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { WaterwallError } from '../errors.ts';
import { createFile } from './atomic.ts';
import { filesOf } from './files.ts';
import type { HomePart } from './init.ts';
import { requirePrivate } from './modes.ts';
import type { Homes } from './types.ts';

const KEY_BYTES = 32;

/** The session key as a part of the homes. Always made, so that `session_key` may change later. */
export function sessionKeyPart(homes: Homes): HomePart {
  const { sessionKey } = filesOf(homes);
  return {
    name: 'session key',
    paths: [sessionKey],
    make: async () => {
      createFile(sessionKey, randomBytes(KEY_BYTES));
    },
    fix: `restore ${sessionKey} from a backup: with another key, every placeholder changes`,
  };
}

/**
 * Opens the session key: 32 random bytes, as they are.
 *
 * @throws WaterwallError `file-missing`, `file-exposed`, `config-invalid`
 */
export function loadSessionKey(homes: Homes): Buffer {
  const { sessionKey } = filesOf(homes);
  requirePrivate(sessionKey);
  const key = readFileSync(sessionKey);
  if (key.length !== KEY_BYTES) {
    throw new WaterwallError('config-invalid', `${sessionKey} is not ${KEY_BYTES} bytes long`, {
      fix: `restore ${sessionKey} from a backup`,
      details: { file: sessionKey },
    });
  }
  return key;
}
