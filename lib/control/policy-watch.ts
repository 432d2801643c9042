import { filesOf } from '../config/files.ts';
import type { Homes } from '../config/types.ts';
import { watchFiles } from './file-watch.ts';

export interface PolicyWatchOptions {
  readonly homes: Homes;
  /** Environment files named in `known_secrets.yaml`. */
  readonly envFiles?: readonly string[];
  /** Settings, patterns or known secrets have changed. */
  onPolicy(changed: readonly string[]): void;
  /** `permitted_hosts.yaml` has changed. */
  onHosts(): void;
  /** The sentinel has come or gone; a hint only, the switch looks for itself. */
  onSentinel(): void;
  onFault(error: unknown): void;
}

export interface PolicyWatch {
  /** Which environment files count from now on. */
  setEnvFiles(files: readonly string[]): void;
  close(): Promise<void>;
}

/** Makes edits of the configuration visible at once; DESIGN §9. */
export function watchPolicy(options: PolicyWatchOptions): PolicyWatch {
  const { settings, patterns, knownSecrets, hosts, sentinel } = filesOf(options.homes);
  const filesWith = (envFiles: readonly string[]): readonly string[] => [
    settings,
    patterns,
    knownSecrets,
    hosts,
    sentinel,
    ...envFiles,
  ];
  const watch = watchFiles({
    files: filesWith(options.envFiles ?? []),
    onChange(changed) {
      // The sentinel first: nothing that follows may delay the kill switch.
      if (changed.includes(sentinel)) options.onSentinel();
      const policy = changed.filter((file) => file !== sentinel && file !== hosts);
      if (policy.length > 0) options.onPolicy(policy);
      if (changed.includes(hosts)) options.onHosts();
    },
    onFault: options.onFault,
  });
  return {
    setEnvFiles: (files) => watch.setFiles(filesWith(files)),
    close: watch.close,
  };
}
