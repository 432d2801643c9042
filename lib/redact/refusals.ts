import { WaterwallError } from '../errors.ts';

/**
 * Something cannot be read, so it is not forwarded.
 *
 * @param message - what it is; never a part of it
 */
export function unscannable(
  message: string,
  fix: string,
  cause?: unknown,
): WaterwallError<'unscannable-body'> {
  return new WaterwallError('unscannable-body', message, {
    fix,
    ...(cause !== undefined && { cause }),
  });
}

/** A body is, or becomes, longer than allowed. */
export function tooLarge(limit: number): WaterwallError<'body-too-large'> {
  return new WaterwallError('body-too-large', `the request body is longer than ${limit} bytes`, {
    fix: 'raise limits.body in config.yaml, or send less',
  });
}

/**
 * A known secret stands where nothing may be changed.
 *
 * @param field - the field's name, which a rule holds and so is no secret; undefined for a file
 */
export function secretInOpaqueField(
  field: string | undefined,
): WaterwallError<'secret-in-opaque-field'> {
  const place = field === undefined ? 'a file' : `the field \`${field}\``;
  return new WaterwallError(
    'secret-in-opaque-field',
    `a known secret stands in ${place}, which the provider needs unchanged`,
    { fix: 'remove the secret from there, or begin a new conversation' },
  );
}
