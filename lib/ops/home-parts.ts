import { statSync } from 'node:fs';
import { createLog } from '../audit/create.ts';
import { createSigner } from '../audit/signer/keys.ts';
import { authorityPart } from '../ca/home.ts';
import { createFile } from '../config/atomic.ts';
import { filesOf } from '../config/files.ts';
import type { HomePart } from '../config/init.ts';
import { loadSettings } from '../config/load/settings.ts';
import { sessionKeyPart } from '../config/session-key.ts';
import type { Homes } from '../config/types.ts';
import { WaterwallError } from '../errors.ts';

/** What is made once in the life of a home, in the order in which it is made. */
export function homeParts(homes: Homes): readonly HomePart[] {
  const parts = ownParts(homes);
  // A signer that runs on its own keeps its keys where this process cannot make any.
  return hasOwnSigner(homes) ? parts : [...parts, signerPart(homes)];
}

/** Whatever the configuration says. */
function ownParts(homes: Homes): readonly HomePart[] {
  return [authorityPart(homes), sessionKeyPart(homes), logPart(homes)];
}

function hasOwnSigner(homes: Homes): boolean {
  return loadSettings(homes).audit.signerSocket !== undefined;
}

function signerPart(homes: Homes): HomePart {
  const { signer, signingPublicKey } = filesOf(homes);
  return {
    name: "the audit log's keys",
    paths: [signer, signingPublicKey],
    make: async () => void createFile(signingPublicKey, createSigner(signer)),
    fix: 'restore it from a backup; where there is none, or the log is of a version that had no keys, `waterwall init --new-log` keeps that log as it is and begins a new one that names it',
  };
}

/**
 * Whether anything of what is made once is there: then a missing part is lost, not still to make.
 *
 * @throws Error of the system where this user may not look: such a home is no new one
 */
export function isSetUp(homes: Homes): boolean {
  return ownParts(homes).some(({ paths }) => paths.some(isThere));
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** @throws WaterwallError `file-missing` in a home that was never set up */
export function requireSetUp(homes: Homes): void {
  if (isSetUp(homes)) return;
  throw new WaterwallError('file-missing', `there is no home in ${homes.config} yet`, {
    fix: 'make it with `waterwall init`',
    details: { file: homes.config },
  });
}

function logPart(homes: Homes): HomePart {
  const { chain } = filesOf(homes);
  return {
    name: 'audit log',
    paths: [chain],
    make: () => createLog(homes.log),
    fix: `restore ${chain} from a backup: a log that starts over hides what was in the old one`,
  };
}
