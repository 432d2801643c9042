import type { Homes } from '../config/types.ts';

/** The homes as `--json` shows them. */
export function homesJson({ config, log, run, chosenBy }: Homes): object {
  return { config, log, run, chosen_by: chosenBy };
}
