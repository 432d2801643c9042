import { createLog } from '../audit/create.ts';
import { authorityPart } from '../ca/home.ts';
import { filesOf } from '../config/files.ts';
import type { HomePart } from '../config/init.ts';
import { sessionKeyPart } from '../config/session-key.ts';
import type { Homes } from '../config/types.ts';

/** What is made once in the life of a home, in the order in which it is made. */
export function homeParts(homes: Homes): readonly HomePart[] {
  return [authorityPart(homes), sessionKeyPart(homes), logPart(homes)];
}

function logPart(homes: Homes): HomePart {
  const { chain } = filesOf(homes);
  return {
    name: 'audit log',
    paths: [chain],
    make: () => createLog(homes.log),
    fix: `Restore ${chain} from a backup: a log that starts over hides what was in the old one.`,
  };
}
