import { decodeBase64 } from '../base64.ts';
import { signCheckpoint } from '../checkpoint.ts';
import { signEnvelope } from '../dsse.ts';
import { membersOf, parseLine } from '../parse.ts';
import { formatVkey } from '../vkey.ts';
import type { KeyRing } from './key-ring.ts';
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
export function createAnswers(keys: KeyRing, state: StateFile): Answers {
  function head(): SignerAnswer {
    const { size, leaf } = writeTree(state.tree);
    const { next } = state.epoch;
    const told: SignerHead = {
      size,
      leaf,
      public_keys: keys.publicKeys,
      uid: process.getuid?.() ?? -1,
      vkey: formatVkey(keys.log.key),
      ...(next === undefined ? {} : { next }),
    };
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
    if (state.epoch.next !== undefined) return closing();
    if (bytes.length > 0) state.save(extendTree(state.tree, split(bytes)));
    return { ok: true, size: state.tree.size };
  }

  function sign(): SignerAnswer {
    const root = rootOf(state.tree);
    if (root === undefined) return refusal('bad-request', 'an empty log is not signed');
    const { key, seed } = keys.log;
    const note = signCheckpoint(state.tree.size, root, key, seed, state.epoch.next);
    const head: SignedHead = { ...writeTree(state.tree), note };
    return { ok: true, ...head };
  }

  function manifest(payload: unknown): SignerAnswer {
    const bytes = typeof payload === 'string' ? decodeBase64(payload) : undefined;
    if (bytes === undefined) return refusal('bad-request', 'payload is not base64');
    const { key, seed } = keys.manifest;
    return { ok: true, envelope: signEnvelope(bytes, key, seed) };
  }

  function nextKey(): SignerAnswer {
    if (state.epoch.next !== undefined) return closing();
    return { ok: true, vkey: formatVkey(keys.makeNext().key) };
  }

  /**
   * The only way to have a key announced: a root that was built from hashes never ends an epoch,
   * because only a checkpoint that names the next key does.
   */
  function closeEpoch(encoded: unknown): SignerAnswer {
    if (state.epoch.next !== undefined) return closing();
    const bytes = typeof encoded === 'string' ? decodeBase64(encoded) : undefined;
    const { size, leaf } = writeTree(state.tree);
    const line = parseLine(bytes ?? Buffer.alloc(0), { seq: size, prevHash: leaf });
    if ('fault' in line) return refusal('other-history', `not the next line: ${line.fault}`);
    const next = keys.next && formatVkey(keys.next.key);
    if (next === undefined || line.type !== 'key' || membersOf(line)['vkey'] !== next) {
      return refusal('other-key', `line ${size} does not announce the key that was made here`);
    }
    const tree = extendTree(state.tree, [Buffer.from(line.hash, 'base64')]);
    state.save(tree, { ...state.epoch, next });
    return sign();
  }

  function openEpoch(): SignerAnswer {
    const { next } = state.epoch;
    if (next === undefined) return refusal('bad-request', 'no key waits to take over');
    // From here on the key before it signs nothing any more, whatever becomes of its file.
    state.save(state.tree, { key: next });
    keys.takeOver();
    return { ok: true, vkey: next };
  }

  return {
    head,
    answer(request) {
      const { op, ...rest } = (request ?? {}) as SignerRequest & Record<string, unknown>;
      if (op === 'head') return head();
      if (op === 'extend') return extend(rest['from'], rest['leaves']);
      if (op === 'sign') return sign();
      if (op === 'manifest') return manifest(rest['payload']);
      if (op === 'next_key') return nextKey();
      if (op === 'close_epoch') return closeEpoch(rest['line']);
      if (op === 'open_epoch') return openEpoch();
      return refusal('bad-request', 'there is no such request');
    },
  };
}

function closing(): SignerAnswer {
  return refusal('bad-request', 'the epoch is closed: the next key has to take over first');
}

function split(bytes: Buffer): Buffer[] {
  return Array.from({ length: bytes.length / 32 }, (_, index) =>
    bytes.subarray(32 * index, 32 * (index + 1)),
  );
}

function refusal(code: string, message: string): SignerAnswer {
  return { ok: false, code, message };
}
