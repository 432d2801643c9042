import { existsSync } from 'node:fs';
import { createLog } from '../audit/create.ts';
import { authorityPart } from '../ca/home.ts';
import { filesOf } from '../config/files.ts';
import type { HomePart } from '../config/init.ts';
import { sessionKeyPart } from '../config/session-key.ts';
import type { Homes } from '../config/types.ts';
import { WaterwallError } from '../errors.ts';

/** What is made once in the life of a home, in the order in which it is made. */
export function homeParts(homes: Homes): readonly HomePart[] {
  return [authorityPart(homes), sessionKeyPart(homes), logPart(homes)];
}

/** Whether anything of what is made once is there: then a missing part is lost, not still to make. */
export function isSetUp(homes: Homes): boolean {
  return homeParts(homes).some(({ paths }) => paths.some((path) => existsSync(path)));
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
