import { type InitReport, initHome } from '../config/init.ts';
import type { Homes } from '../config/types.ts';
import { currentHomes } from '../ops/current-homes.ts';
import { homeParts } from '../ops/home-parts.ts';
import { say } from './output.ts';
import { withProgress } from './progress.ts';

/** Makes what this process's home lacks, and says what had to be tightened. */
export async function prepareHome(): Promise<InitReport & { readonly homes: Homes }> {
  const homes = currentHomes(process.env);
  const report = await withProgress('making the CA and the keys', () =>
    initHome(homes, homeParts(homes)),
  );
  for (const { path, was, now } of report.tightened) {
    say(`tightened ${path}: ${was} to ${now}`);
  }
  return { homes, ...report };
}
