import { readFileSync } from 'node:fs';
import { Secret } from '../../vault/secret.ts';
import { filesOf } from '../files.ts';
import { OWN_KEY_TYPE } from '../policy-hash.ts';
import type { Homes, KnownSecret } from '../types.ts';

/**
 * Waterwall's own keys, in every form in which a tool would print them: an agent that reads them
 * must not send them to a provider. Keys that are not there (yet) are left out.
 */
export function ownKeys(homes: Homes): KnownSecret[] {
  const files = filesOf(homes);
  const session = readIfThere(files.sessionKey);
  const authority = readIfThere(files.caKey);
  const forms: [string, Buffer][] = [];
  if (session) {
    for (const text of [session.toString('hex'), session.toString('base64')]) {
      forms.push([files.sessionKey, Buffer.from(text)]);
    }
    forms.push([files.sessionKey, session]);
  }
  if (authority) forms.push([files.caKey, Buffer.from(authority.toString('latin1').trim())]);
  return forms.map(([source, value]) => ({ type: OWN_KEY_TYPE, value: new Secret(value), source }));
}

function readIfThere(file: string): Buffer | undefined {
  try {
    const bytes = readFileSync(file);
    return bytes.length < 8 ? undefined : bytes;
  } catch {
    return undefined;
  }
}
