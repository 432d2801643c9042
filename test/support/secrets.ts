import { PATTERNS } from '../../lib/detect/patterns.ts';

/** The types that must be known by these names, whatever else the set grows to. */
export const REQUIRED_TYPES = [
  'ANTHROPIC_KEY',
  'ANTHROPIC_OAUTH_TOKEN',
  'OPENAI_KEY',
  'AWS_ACCESS_KEY',
  'GITHUB_TOKEN',
  'CLOUDFLARE_API_TOKEN',
  'SUPABASE_SECRET_KEY',
  'GROQ_KEY',
  'VERCEL_TOKEN',
  'JWT_TOKEN',
  'TWILIO_ACCOUNT_SID',
  'TWILIO_API_KEY',
  'SENDGRID_KEY',
  'LINEAR_API_KEY',
  'NOTION_TOKEN',
  'ATLASSIAN_TOKEN',
  'HUGGINGFACE_TOKEN',
  'PERPLEXITY_KEY',
  'DROPBOX_KEY',
  'TURSO_KEY',
  'GOOGLE_AI_KEY',
  'OPENROUTER_KEY',
  'DISCORD_BOT_TOKEN',
  'TELEGRAM_BOT_TOKEN',
  'ELEVENLABS_KEY',
  'JINA_KEY',
  'BRAVE_SEARCH_KEY',
  'CLICKUP_TOKEN',
  'AGE_SECRET_KEY',
  'VAULT_TOKEN',
  'PEM_BLOCK',
] as const;

/** A made-up secret. */
export interface MadeSecret {
  readonly type: string;
  readonly value: string;
}

/** One made-up secret of each required type, the same for the same seed. */
export function makeSecrets(seed: number): MadeSecret[] {
  const random = generator(seed);
  return REQUIRED_TYPES.map((type) => {
    const pattern = PATTERNS.find((one) => one.type === type);
    if (pattern === undefined) throw new Error(`no pattern of type ${type}`);
    return { type, value: pattern.example(random).trimEnd() };
  });
}

/** One made-up secret of a type. */
export function makeSecret(type: (typeof REQUIRED_TYPES)[number], seed: number): string {
  return makeSecrets(seed).find((one) => one.type === type)?.value as string;
}

/** Mulberry32: small, good enough, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
