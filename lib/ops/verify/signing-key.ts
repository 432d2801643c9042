import { type Verdict, warn } from './check.ts';

/** Whether the log can be signed. There is no signer yet, and a check must not pretend one. */
export function signingKey(): Verdict {
  return warn(
    'signing is not built yet in this version: the log is a hash chain without signatures',
    'copy the head that `waterwall verify-chain` prints to another machine now and then',
  );
}
