/** Secrets that open nothing: made up for one run, so that no file of ours holds one. */

import { randomBytes } from 'node:crypto';

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const WORD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A file as an agent would read it, and the secrets in it. */
export interface MadeUpFile {
  readonly text: string;
  readonly secrets: readonly string[];
}

/** An `.env` file with three secrets. */
export function madeUpEnvFile(): MadeUpFile {
  const aws = `AKIA${characters(UPPER, 16)}`;
  const github = `ghp_${characters(WORD, 36)}`;
  const groq = `gsk_${characters(WORD, 52)}`;
  const text = [
    '# .env of the payment service',
    `AWS_ACCESS_KEY_ID=${aws}`,
    `GITHUB_TOKEN=${github}`,
    `GROQ_API_KEY=${groq}`,
    'LOG_LEVEL=debug',
  ].join('\n');
  return { text, secrets: [aws, github, groq] };
}

/** Both alphabets leave no visible bias: this is for the eye, not for security. */
function characters(alphabet: string, count: number): string {
  return Array.from(randomBytes(count), (byte) => alphabet[byte % alphabet.length]).join('');
}
