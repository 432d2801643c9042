import { decodeBase64 } from '../base64.ts';
import { signCheckpoint } from '../checkpoint.ts';
import { signEnvelope } from '../dsse.ts';
import { formatPublicKeys } from '../public-keys.ts';
import type { SigningKeys } from './keys.ts';
import {
  MAX_LEAVES,
  type SignedHead,
  type SignerHead,
  type SignerRefusal,
  type SignerRequest,
} from './protocol.ts';
import { extendTree, rootOf, writeTree } from './signed-tree.ts';
import type { StateFile } from './state-file.ts';

/** An answer, or why there is none. */
export type SignerAnswer =
  | { readonly ok: true; readonly [member: string]: unknown }
  | ({ readonly ok: false } & SignerRefusal);

/** What the signer does. Everything is done when the call returns; nothing overlaps. */
export interface Answers {
  head(): SignerAnswer;
  /**
   * @throws whatever the state file throws: the state on the disk is then unknown, and the process
   *   has to end
   */
  answer(request: unknown): SignerAnswer;
}

/**
 * Answers requests from keys and state alone. There is none that shortens the tree, replaces a
 * leaf, or signs a root that was not built here.
 */
export function createAnswers(keys: SigningKeys, state: StateFile): Answers {
  const publicKeys = formatPublicKeys({ log: keys.log.key, manifest: keys.manifest.key });

  function head(): SignerAnswer {
    const { size, leaf } = writeTree(state.tree);
    const uid = process.getuid?.() ?? -1;
    const told: SignerHead = { size, leaf, public_keys: publicKeys, uid };
    return { ok: true, ...told };
  }

  function extend(from: unknown, leaves: unknown): SignerAnswer {
    const bytes = typeof leaves === 'string' ? decodeBase64(leaves) : undefined;
    if (bytes === undefined || bytes.length % 32 !== 0 || bytes.length > 32 * MAX_LEAVES) {
      return refusal('bad-request', `leaves are 1 to ${MAX_LEAVES} hashes in base64`);
    }
    if (from !== state.tree.size) {
      return refusal('other-history', `the tree has ${state.tree.size} leaves, not ${from}`);
    }
    if (bytes.length > 0) state.save(extendTree(state.tree, split(bytes)));
    return { ok: true, size: state.tree.size };
  }

  function sign(): SignerAnswer {
    const root = rootOf(state.tree);
    if (root === undefined) return refusal('bad-request', 'an empty log is not signed');
    const { key, seed } = keys.log;
    const note = signCheckpoint(state.tree.size, root, key, seed);
    const head: SignedHead = { ...writeTree(state.tree), note };
    return { ok: true, ...head };
  }

  function manifest(payload: unknown): SignerAnswer {
    const bytes = typeof payload === 'string' ? decodeBase64(payload) : undefined;
    if (bytes === undefined) return refusal('bad-request', 'payload is not base64');
    const { key, seed } = keys.manifest;
    return { ok: true, envelope: signEnvelope(bytes, key, seed) };
  }

  return {
    head,
    answer(request) {
      const { op, ...rest } = (request ?? {}) as SignerRequest & Record<string, unknown>;
      if (op === 'head') return head();
      if (op === 'extend') return extend(rest['from'], rest['leaves']);
      if (op === 'sign') return sign();
      if (op === 'manifest') return manifest(rest['payload']);
      return refusal('bad-request', 'there is no such request');
    },
  };
}

function split(bytes: Buffer): Buffer[] {
  return Array.from({ length: bytes.length / 32 }, (_, index) =>
    bytes.subarray(32 * index, 32 * (index + 1)),
  );
}

function refusal(code: string, message: string): SignerAnswer {
  return { ok: false, code, message };
}
