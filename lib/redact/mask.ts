import { type InspectionContext, inspect } from './inspect.ts';

/** Neither a target nor the value of a header field can hold one. */
const BETWEEN = '\n';

/**
 * Texts of a request's head as logs and state may show them: of a secret only its type.
 *
 * @param texts - latin1, as `node:http` gives them
 */
export function maskSecrets(
  texts: readonly string[],
  ctx: Omit<InspectionContext, 'privateKeySeen'>,
): readonly string[] {
  const bytes = Buffer.from(texts.join(BETWEEN), 'latin1');
  const { findings } = inspect(bytes, { ...ctx, privateKeySeen: false }, { percent: 'both' });
  if (findings.length === 0) return texts;
  let at = 0;
  return texts.map((text) => {
    const from = at;
    at += text.length + BETWEEN.length;
    let masked = '';
    let shown = 0;
    for (const { start, end, type } of findings) {
      if (end <= from || start >= from + text.length) continue;
      masked += `${text.slice(shown, Math.max(shown, start - from))}<${type}>`;
      shown = end - from;
    }
    return masked + text.slice(shown);
  });
}
