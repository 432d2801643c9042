import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { parsePublicKeys, readPublicKeys } from '../../audit/public-keys.ts';
import { openConnection } from '../../audit/signer/connection.ts';
import { inspectSigner } from '../../audit/signer/keys.ts';
import type { SigningFacts } from '../../audit/signing/types.ts';
import { filesOf } from '../../config/files.ts';
import { loadSettings } from '../../config/load/settings.ts';
import type { Homes } from '../../config/types.ts';
import { fail, ok, type Verdict } from './check.ts';

/** Whether the log can be signed, by the keys that `signing.pub` names. */
export async function signingKey(homes: Homes): Promise<Verdict> {
  const { signer, signingPublicKey } = filesOf(homes);
  const keys = await readPublicKeys(signingPublicKey);
  const signerSocket = socketOf(homes);
  const told = signerSocket === undefined ? inspectSigner(signer) : await askSigner(signerSocket);
  if (parsePublicKeys(told)?.log.id !== keys.log.id) {
    return fail(
      'the signer has other keys than signing.pub',
      'put back the two that belong together',
    );
  }
  if (signerSocket !== undefined) return ok(`a signer of its own answers for ${keys.log.name}`);
  return ok(`private, for ${keys.log.name}; the signer runs as the proxy's user`);
}

/** Settings that cannot be read are no fault of the key's; `listener_bindable` tells of them. */
function socketOf(homes: Homes): string | undefined {
  try {
    return loadSettings(homes).audit.signerSocket;
  } catch {
    return undefined;
  }
}

/** What `signing.pub` should say, as the signer behind a socket tells it. */
async function askSigner(path: string): Promise<string> {
  const connection = await openConnection(connect(path));
  connection.close();
  return connection.head.public_keys;
}

/** Whether the running daemon's log is signed. */
export function signingNow(
  homes: Homes,
  signing: SigningFacts,
  failure: { readonly message: string; readonly fix: string } | undefined,
): Verdict {
  if (failure !== undefined) return fail(failure.message, failure.fix);
  if (signing.state !== 'running') {
    return fail(
      `the signer is not there: ${signing.reason ?? 'it is being started'}`,
      'check again in a moment; if it stays so, see what the signer wrote',
    );
  }
  const vkeys = parsePublicKeys(readFileSync(filesOf(homes).signingPublicKey, 'utf8'));
  if (vkeys === undefined || !signing.vkey.startsWith(`${vkeys.log.name}+${vkeys.log.id}+`)) {
    return fail(
      'signing.pub is not the key that this log is signed with',
      'put it back from a backup',
    );
  }
  const through = signing.signedSize === 0 ? 'nothing yet' : `line ${signing.signedSize - 1}`;
  return ok(`signed through ${through} by ${signing.origin}`);
}
