import { WaterwallError } from '../../errors.ts';

/** What is said of lines that wait for their signature. @param trouble - the last one with the signer */
export function silent(
  ms: number,
  trouble: Error | undefined,
): WaterwallError<'audit-unavailable'> {
  const why = trouble === undefined ? '' : ` (${trouble.message})`;
  const message = `the audit log has not been signed for ${Math.round(ms / 1000)} s${why}`;
  const fix =
    trouble instanceof WaterwallError
      ? trouble.fix
      : 'wait: the signer is looked for again and again; if that does not help, see what it wrote';
  return new WaterwallError('audit-unavailable', message, {
    fix,
    cause: trouble,
    details: { signer: 'silent' },
  });
}
