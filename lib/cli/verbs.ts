import type { Command } from 'commander';

/** A verb's file: tells commander its arguments, options, examples and action. */
export interface VerbModule {
  configure(command: Command): void;
}

interface Verb {
  readonly name: string;
  readonly summary: string;
  /** Only the verb that is asked for is loaded. */
  load(): Promise<VerbModule>;
}

/** In the order of `waterwall --help`. */
export const VERBS: readonly Verb[] = [
  {
    name: 'up',
    summary: 'make what is missing and start the proxy',
    load: () => import('./up.ts'),
  },
  {
    name: 'demo',
    summary: 'show the round trip of a secret, offline',
    load: () => import('./demo.ts'),
  },
  { name: 'run', summary: 'run an agent through the proxy', load: () => import('./run.ts') },
  { name: 'env', summary: 'print the variables an agent needs', load: () => import('./env.ts') },
  {
    name: 'dashboard',
    summary: 'watch the proxy, and stop it',
    load: () => import('./dashboard.ts'),
  },
  { name: 'status', summary: 'tell how the proxy is', load: () => import('./status.ts') },
  {
    name: 'killswitch',
    summary: 'stop all egress, or let it go on',
    load: () => import('./killswitch.ts'),
  },
  {
    name: 'reload',
    summary: 'take over changed patterns and settings',
    load: () => import('./reload.ts'),
  },
  {
    name: 'scan',
    summary: 'tell what would be redacted in files',
    load: () => import('./scan.ts'),
  },
  { name: 'patterns', summary: 'list the types, or try one', load: () => import('./patterns.ts') },
  { name: 'config', summary: 'print the effective settings', load: () => import('./config.ts') },
  {
    name: 'init',
    summary: 'make configuration, CA, keys and log',
    load: () => import('./init.ts'),
  },
  {
    name: 'regen-ca',
    summary: 'make a new CA for the host list',
    load: () => import('./regen-ca.ts'),
  },
  {
    name: 'rotate-chain',
    summary: 'begin a new file of the audit log',
    load: () => import('./rotate-chain.ts'),
  },
  {
    name: 'signer',
    summary: 'sign the audit log, as a process of its own',
    load: () => import('./signer.ts'),
  },
  {
    name: 'verify-install',
    summary: 'check the installation, or the running proxy',
    load: () => import('./verify-install.ts'),
  },
  {
    name: 'verify-chain',
    summary: 'verify the audit log',
    load: () => import('./verify-chain.ts'),
  },
  {
    name: 'verify-receipt',
    summary: 'verify that a line is in a log',
    load: () => import('./verify-receipt.ts'),
  },
  {
    name: 'verify-evidence',
    summary: 'verify an evidence bundle',
    load: () => import('./verify-evidence.ts'),
  },
  {
    name: 'export-evidence',
    summary: 'write an evidence bundle',
    load: () => import('./export-evidence.ts'),
  },
  {
    name: 'receipt',
    summary: 'make the receipt of an audit line',
    load: () => import('./receipt.ts'),
  },
  {
    name: 'pre-launch-hook',
    summary: 'health gate for wrappers',
    load: () => import('./pre-launch-hook.ts'),
  },
  {
    name: 'hook',
    summary: "put the health gate into an agent's settings",
    load: () => import('./hook.ts'),
  },
  {
    name: 'statusline',
    summary: "one line for an agent's status line",
    load: () => import('./statusline.ts'),
  },
  {
    name: 'completion',
    summary: "print a shell's completion script",
    load: () => import('./completion.ts'),
  },
];
