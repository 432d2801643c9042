// Longer than other files: it is the one table of what counts as a secret, a row a type.
import { PLACES } from './assigned/places.ts';
import type { Worth } from './assigned/worth.ts';
import { exampleOf } from './example.ts';

/** What one type of secret looks like. Adding a type is adding a row to {@link ROWS}. */
export interface Pattern {
  /** The type's name, `[A-Z0-9_]+`. */
  readonly type: string;
  /** What it is, for people. */
  readonly what: string;
  /** The secret's forms, in the notation of `shape.ts`. Empty where code of its own finds it. */
  readonly shapes: readonly string[];
  /** What must stand before the secret, in the same notation; not part of it. */
  readonly before?: string;
  /** What must stand after the secret; not part of it. */
  readonly after?: string;
  /** Letters of `before`, `shapes` and `after` match in both cases. */
  readonly ignoreCase?: boolean;
  /**
   * Words of the names to which it is assigned (`assigned/`): in any case, `_` may be `-` or `.`,
   * and other words may stand before and after.
   */
  readonly names?: readonly string[];
  /** Uses of commands, and lines of files, that it follows (`assigned/places.ts`). */
  readonly places?: readonly string[];
  /** What else the value must look like. */
  readonly worth?: Worth;
  /** The secret holds at least one of these bytes (a class as in `shape.ts`). */
  readonly contains?: string;
  /**
   * What may not stand directly before it. `free`: the prefix speaks for itself. `word`: a letter,
   * digit or `_` that is not part of an escape sequence. `name`: those, `.` and `-`.
   */
  readonly left: 'free' | 'word' | 'name';
  /** Strong: the prefix alone identifies the type, so that a cut-off or encoded one counts too. */
  readonly strength: 'strong' | 'weak';
  /** Where the form comes from. */
  readonly source: string;
  /** Makes one up; `random` gives numbers from 0 to below 1. */
  readonly example: (random: () => number) => string;
}

type Row = Omit<Pattern, 'example' | 'left'> & { readonly left?: Pattern['left'] };

/** Four characters of base64 that stand for three decimal digits, from the second character on. */
const DISCORD_DIGITS = '[DTjz][AEIMQUYcgk][wxyz0-5][MNO]'.repeat(5);
const BECH32 = '02-9ac-hj-np-z';

const strong = (type: string, what: string, source: string, ...shapes: string[]): Row => ({
  type,
  what,
  source,
  shapes,
  strength: 'strong',
});

const weak = (type: string, what: string, source: string, ...shapes: string[]): Row => ({
  type,
  what,
  source,
  shapes,
  strength: 'weak',
  left: 'word',
});

const assigned = (type: string, what: string, worth: Worth, ...names: string[]): Row => ({
  type,
  what: `${what} that a name tells`,
  source: 'gitleaks; trufflehog',
  shapes: [],
  names,
  worth,
  strength: 'weak',
});

const ROWS: readonly Row[] = [
  strong(
    'ANTHROPIC_KEY',
    'Anthropic API or admin key',
    'gitleaks',
    'sk-ant-(api|admin)\\d{2,4}-[\\w-]{20,}',
  ),
  strong(
    'ANTHROPIC_OAUTH_TOKEN',
    'Anthropic OAuth, refresh or session token',
    'gitleaks',
    'sk-ant-(oat|ort|sid)\\d{2,4}-[\\w-]{20,}',
  ),
  strong(
    'OPENAI_KEY',
    'OpenAI project or service account key',
    'gitleaks',
    'sk-(proj|svcacct)-[\\w-]{40,}',
  ),
  {
    ...strong(
      'OPENAI_KEY',
      'OpenAI service or admin key',
      'trufflehog',
      'sk-(service|admin)-[\\w-]{40,}',
    ),
    left: 'word',
  },
  weak(
    'OPENAI_KEY',
    'OpenAI key of the first kind',
    'gitleaks',
    'sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}',
  ),
  weak(
    'AWS_ACCESS_KEY',
    'AWS access key id',
    'gitleaks',
    '(A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}',
  ),
  strong(
    'GITHUB_TOKEN',
    'GitHub token',
    'gitleaks',
    'gh[pousr]_[A-Za-z0-9]{36,}',
    'github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59,}',
  ),
  strong(
    'GITHUB_TOKEN',
    'GitHub App installation token',
    'GitHub changelog 2026-04-24',
    'ghs_\\d{1,20}_eyJ[\\w-]{8,}\\.[\\w-]{1,}\\.[\\w-]{1,}',
  ),
  strong(
    'CLOUDFLARE_API_TOKEN',
    'Cloudflare API token',
    'Cloudflare docs; secretlint',
    'cf(k|ut|wt|at|s)_[A-Za-z0-9]{32,}',
  ),
  weak(
    'CLOUDFLARE_API_TOKEN',
    'Cloudflare origin CA key',
    'gitleaks',
    'v1\\.0-[a-f0-9]{24}-[a-f0-9]{146}',
  ),
  strong(
    'SUPABASE_SECRET_KEY',
    'Supabase secret key',
    'trufflehog',
    'sb_secret_[\\w-]{20,}',
    'sbp_[a-z0-9_-]{40}',
  ),
  strong('GROQ_KEY', 'Groq key', 'trufflehog', 'gsk_[A-Za-z0-9]{48,}'),
  strong(
    'VERCEL_TOKEN',
    'Vercel token',
    'Vercel docs',
    'vrcl_[A-Za-z0-9]{24,}',
    'vc[piark]_[\\w-]{20,60}',
  ),
  weak('JWT_TOKEN', 'JSON Web Token', 'RFC 7519', 'eyJ[\\w-]{10,}\\.[\\w-]{1,}\\.[\\w-]{1,}'),
  weak('TWILIO_ACCOUNT_SID', 'Twilio account SID', 'trufflehog', 'AC[a-f0-9]{32}'),
  weak('TWILIO_API_KEY', 'Twilio API key', 'gitleaks', 'SK[a-f0-9]{32}'),
  {
    ...weak('SENDGRID_KEY', 'SendGrid key', 'gitleaks', 'SG\\.[\\w-]{22,}\\.[\\w-]{43,}'),
    left: 'free',
  },
  strong(
    'LINEAR_API_KEY',
    'Linear key or OAuth token',
    'gitleaks',
    'lin_(api|oauth)_[A-Za-z0-9]{30,}',
  ),
  strong('NOTION_TOKEN', 'Notion token', 'gitleaks', 'ntn_[\\w-]{30,}'),
  strong(
    'ATLASSIAN_TOKEN',
    'Atlassian token',
    'gitleaks',
    'ATATT3[\\w=-]{30,}',
    'ATCTT3[\\w=-]{30,}',
  ),
  weak(
    'HUGGINGFACE_TOKEN',
    'Hugging Face token',
    'trufflehog',
    'hf_[A-Za-z0-9]{34}',
    'api_org_[A-Za-z0-9]{34}',
  ),
  strong('PERPLEXITY_KEY', 'Perplexity key', 'gitleaks', 'pplx-[A-Za-z0-9]{48,}'),
  strong('DROPBOX_KEY', 'Dropbox key', 'earlier system', 'dpf_[A-Za-z0-9]{40,}'),
  strong('TURSO_KEY', 'Turso key', 'earlier system', 'tfp_[A-Za-z0-9]{40,}'),
  strong('GOOGLE_AI_KEY', 'Google API key', 'gitleaks', 'AIza[\\w-]{35}'),
  strong('GOOGLE_AI_KEY', 'Gemini authentication key', 'betterleaks', 'AQ\\.Ab8RN6[\\w-]{30,}'),
  strong('OPENROUTER_KEY', 'OpenRouter key', 'trufflehog', 'sk-or-v1-[a-f0-9]{64}'),
  weak(
    'DISCORD_BOT_TOKEN',
    'Discord bot token',
    'base64 of a decimal id',
    `[MNO]${DISCORD_DIGITS}[\\w-]{2,6}\\.[\\w-]{6,7}\\.[\\w-]{27,38}`,
  ),
  {
    ...weak('TELEGRAM_BOT_TOKEN', 'Telegram bot token', 'Telegram docs', '[0-9]{8,10}:A[\\w-]{34}'),
    before: '/bot',
    left: 'free',
  },
  weak('TELEGRAM_BOT_TOKEN', 'Telegram bot token', 'gitleaks', '[0-9]{8,10}:A[\\w-]{34}'),
  weak('ELEVENLABS_KEY', 'ElevenLabs key', 'trufflehog', 'sk_[a-f0-9]{48}'),
  strong('JINA_KEY', 'Jina key', 'earlier system', 'jina_[\\w-]{40,}'),
  weak('BRAVE_SEARCH_KEY', 'Brave Search key', 'earlier system', 'BSA[\\w-]{28}'),
  weak('CLICKUP_TOKEN', 'ClickUp token', 'trufflehog', 'pk_\\d{1,20}_[A-Z0-9]{32}'),
  strong(
    'AGE_SECRET_KEY',
    'age secret key',
    'age',
    `AGE-SECRET-KEY-1[${BECH32.toUpperCase()}]{58}`,
    `age-secret-key-1[${BECH32}]{58}`,
  ),
  strong('VAULT_TOKEN', 'Vault token', 'gitleaks', 'hv[sbr]\\.[\\w-]{24,}'),
  {
    ...weak('VAULT_TOKEN', 'Vault token before 1.10', 'gitleaks', 's\\.[A-Za-z0-9]{24}'),
    left: 'name',
    contains: '\\d',
  },
  // Found by pem/, which knows lines, prefixes and missing markers.
  { ...strong('PEM_BLOCK', 'Private key', 'RFC 7468; RFC 9580; PuTTY'), shapes: [] },

  // The wider set.
  strong(
    'GITLAB_TOKEN',
    'GitLab token',
    'gitleaks',
    'gl(pat|dt|rt|ptt|oas|agent|soat|ft|imt|ffct)-[\\w-]{20,}(|\\.[0-9a-z]{2}(|\\.)[0-9a-z]{7,9})',
    'glcbt-[0-9A-Za-z]{1,5}_[\\w-]{20}',
  ),
  strong('GITLAB_TOKEN', 'GitLab runner registration token', 'gitleaks', 'GR1348941[\\w-]{20}'),
  strong(
    'SLACK_TOKEN',
    'Slack token',
    'gitleaks',
    'xox[abeoprs]-[A-Za-z0-9-]{18,}',
    'xoxe\\.xox[bp]-\\d-[A-Z0-9]{160,}',
    'xoxc-\\d{9,15}-\\d{9,15}-\\d{9,15}-[a-f0-9]{64}',
    'xoxd-[\\w/+%-]{100,}',
    'xapp-\\d-[A-Z0-9]{1,}-\\d{1,}-[a-z0-9]{1,}',
  ),
  strong(
    'SLACK_WEBHOOK',
    'Slack webhook',
    'gitleaks',
    'hooks\\.slack\\.com/(services|workflows|triggers)/[\\w+/]{43,}',
  ),
  weak('STRIPE_KEY', 'Stripe key', 'gitleaks', '[sr]k_(live|test|prod)_[A-Za-z0-9]{10,}'),
  strong('NPM_TOKEN', 'npm token', 'gitleaks', 'npm_[A-Za-z0-9]{36}'),
  strong('PYPI_TOKEN', 'PyPI token', 'gitleaks', 'pypi-AgEIcHlwaS5vcmc[\\w-]{50,}'),
  strong('RUBYGEMS_KEY', 'RubyGems key', 'gitleaks', 'rubygems_[a-f0-9]{48}'),
  strong('DOCKER_TOKEN', 'Docker token', 'trufflehog', 'dckr_(pat|oat)_[\\w-]{27,}'),
  strong('GOOGLE_OAUTH_SECRET', 'Google OAuth client secret', 'kingfisher', 'GOCSPX-[\\w-]{28}'),
  strong('GOOGLE_ACCESS_TOKEN', 'Google access token', 'kingfisher', 'ya29\\.[\\w-]{20,}'),
  {
    ...weak('AWS_SECRET_KEY', 'AWS secret access key', 'gitleaks', '[A-Za-z0-9/+]{40}'),
    // The class takes what escaping adds; a tab's letter comes after it.
    before: '(secret(|_)access(|_)key|aws(|_)secret(|_key|key))([\\\\"\' :=>]{1,120}(|t|\\t)|\\t)',
    ignoreCase: true,
    left: 'free',
  },
  strong(
    'AWS_BEDROCK_KEY',
    'Amazon Bedrock key',
    'gitleaks',
    'ABSK[A-Za-z0-9+/]{109,}[=]{0,2}',
    'bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t[\\w+/=-]{0,}',
  ),
  {
    ...weak('AZURE_STORAGE_KEY', 'Azure storage key', 'betterleaks', '[A-Za-z0-9+/]{86}=='),
    before: 'AccountKey=',
    ignoreCase: true,
    left: 'free',
  },
  {
    ...weak(
      'AZURE_SHARED_KEY',
      'Azure shared access key',
      'betterleaks',
      '[A-Za-z0-9+/]{32,100}[=]{0,2}',
    ),
    before: 'SharedAccessKey=',
    ignoreCase: true,
    left: 'free',
  },
  {
    ...weak(
      'AZURE_CLIENT_SECRET',
      'Azure client secret',
      'gitleaks',
      '[\\w~.]{3}\\dQ~[\\w~.-]{31,34}',
    ),
    left: 'name',
  },
  weak(
    'AZURE_DEVOPS_TOKEN',
    'Azure DevOps token',
    'Microsoft docs',
    '[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}',
  ),
  {
    ...weak('URL_PASSWORD', 'Password inside a URL', 'trufflehog', '[!-~]{3,128}'),
    shapes: ['[!#%&()+-.0-9:;=?A-Z\\[\\]^_`a-z|~,]{3,128}'],
    before: '[A-Za-z]://[!#%&()+-.0-9;=?A-Z\\[\\]^_`a-z|~,]{0,64}:',
    after: '@[\\w.-]',
    left: 'free',
    worth: 'given',
  },
  {
    ...weak('BEARER_TOKEN', 'Token of an Authorization header', 'RFC 6750', '[\\w~+/.=-]{20,}'),
    before: 'bearer[ ]{1,8}',
    ignoreCase: true,
    left: 'free',
    worth: 'random',
  },
  {
    ...weak(
      'BASIC_AUTH',
      'Name and password of an Authorization header',
      'RFC 7617',
      '[A-Za-z0-9+/]{8,}[=]{0,2}',
    ),
    before: 'authorization[\\\\"\' :=]{1,120}basic[ ]{1,8}',
    ignoreCase: true,
    left: 'free',
    worth: 'given',
  },
  weak('XAI_KEY', 'xAI key', 'betterleaks', 'xai-[\\w-]{70,120}'),
  weak('REPLICATE_TOKEN', 'Replicate token', 'betterleaks', 'r8_[A-Za-z0-9]{37}'),
  weak('CEREBRAS_KEY', 'Cerebras key', 'betterleaks', 'csk-[a-z0-9]{48}'),
  strong('NVIDIA_KEY', 'NVIDIA key', 'betterleaks', 'nvapi-[\\w-]{60,}'),
  strong('TOGETHER_KEY', 'Together key', 'betterleaks', 'tgp_v1_[\\w-]{43}'),
  strong('LANGSMITH_KEY', 'LangSmith key', 'trufflehog', 'lsv2_(pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}'),
  strong('PINECONE_KEY', 'Pinecone key', 'betterleaks', 'pcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{63}'),
  strong('WANDB_KEY', 'Weights & Biases key', 'betterleaks', 'wandb_v1_\\w{77}'),
  weak('MINIMAX_KEY', 'MiniMax key', 'betterleaks', 'sk-api-[\\w-]{119}'),
  weak('DATABRICKS_TOKEN', 'Databricks token', 'gitleaks', 'dapi[a-f0-9]{32}(|-\\d)'),
  strong('DIGITALOCEAN_TOKEN', 'DigitalOcean token', 'gitleaks', 'do[opr]_v1_[a-f0-9]{64}'),
  strong('TAILSCALE_KEY', 'Tailscale key', 'trufflehog', 'tskey-[a-z]{1,}-\\w{1,}-\\w{1,}'),
  strong('NEON_KEY', 'Neon key', 'betterleaks', 'napi_[A-Za-z0-9]{64}'),
  strong('RENDER_KEY', 'Render key', 'betterleaks', 'rnd_[A-Za-z0-9]{28}'),
  strong(
    'PLANETSCALE_TOKEN',
    'PlanetScale token',
    'gitleaks',
    'pscale_(tkn|oauth|pw)_[\\w=.-]{32,}',
  ),
  weak(
    'FLY_TOKEN',
    'Fly.io token',
    'gitleaks',
    'fo1_[\\w-]{43}',
    'fm(1[ar]|2)_[A-Za-z0-9+/]{100,}[=]{0,3}',
  ),
  strong('HEROKU_KEY', 'Heroku key', 'gitleaks', 'HRKU-AA[\\w-]{58}'),
  weak(
    'TERRAFORM_TOKEN',
    'Terraform Cloud token',
    'gitleaks',
    '[A-Za-z0-9]{14}\\.atlasv1\\.[\\w=-]{60,}',
  ),
  strong('PULUMI_TOKEN', 'Pulumi token', 'gitleaks', 'pul-[a-f0-9]{40}'),
  weak(
    'DOPPLER_TOKEN',
    'Doppler token',
    'trufflehog',
    'dp\\.(ct|pt|st|sa|scim|audit)\\.[A-Za-z0-9]{40,44}',
    'dp\\.st\\.[\\w-]{2,35}\\.[A-Za-z0-9]{40,44}',
  ),
  strong(
    'ONEPASSWORD_TOKEN',
    '1Password service account token',
    'gitleaks',
    'ops_eyJ[A-Za-z0-9+/]{250,}[=]{0,3}',
  ),
  weak(
    'ONEPASSWORD_TOKEN',
    '1Password secret key',
    'gitleaks',
    'A3-[A-Z0-9]{6}-([A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}',
  ),
  strong('SHOPIFY_TOKEN', 'Shopify token', 'gitleaks', 'shp(at|ca|pa|ss)_[a-fA-F0-9]{32}'),
  strong('SQUARE_TOKEN', 'Square token', 'gitleaks', 'sq0atp-[\\w-]{22,60}'),
  strong('BREVO_KEY', 'Brevo key', 'gitleaks', 'xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}'),
  { ...weak('MAILGUN_KEY', 'Mailgun key', 'trufflehog', 'key-[a-f0-9]{32}'), left: 'name' },
  weak('MAPBOX_TOKEN', 'Mapbox token', 'trufflehog', '[sp]k\\.eyJ[\\w-]{40,}\\.[\\w-]{20,}'),
  strong('POSTMAN_KEY', 'Postman key', 'gitleaks', 'PMAK-[a-fA-F0-9]{24}-[a-fA-F0-9]{34}'),
  strong(
    'GRAFANA_TOKEN',
    'Grafana token',
    'gitleaks',
    'glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}',
    'glc_[A-Za-z0-9+/]{32,}[=]{0,3}',
  ),
  strong(
    'SENTRY_TOKEN',
    'Sentry token',
    'gitleaks',
    'sntrys_eyJ[A-Za-z0-9+/=_]{80,}',
    'sntryu_[a-f0-9]{64}',
  ),
  strong('POSTHOG_KEY', 'PostHog personal key', 'betterleaks', 'phx_[\\w-]{41,49}'),
  strong('FIGMA_TOKEN', 'Figma token', 'betterleaks', 'figd_[\\w-]{38,}'),
  strong('NEWRELIC_KEY', 'New Relic key', 'gitleaks', 'NRAK-[A-Z0-9]{27}'),
  strong(
    'CIRCLECI_TOKEN',
    'CircleCI token',
    'secretlint',
    'CCIPAT_[A-Za-z0-9]{22}_[a-fA-F0-9]{40}',
  ),
  strong('BUILDKITE_TOKEN', 'Buildkite token', 'gitleaks', 'bkua_[a-z0-9]{40,}'),
  strong(
    'DYNATRACE_TOKEN',
    'Dynatrace token',
    'gitleaks',
    'dt0c01\\.[A-Za-z0-9]{24}\\.[A-Za-z0-9]{64}',
  ),

  // Found by the name that they are assigned to.
  {
    ...assigned(
      'PASSWORD',
      'Password',
      'chosen',
      'password',
      'passwd',
      'passphrase',
      'pwd',
      '_pass',
    ),
  },
  {
    ...weak('PASSWORD', 'Password that its place tells', 'gitleaks'),
    places: PLACES,
    worth: 'chosen',
  },
  assigned('API_KEY', 'Key', 'random', '_key', 'apikey', 'accesskey', 'privatekey', 'authkey'),
  assigned('API_SECRET', 'Secret', 'random', 'secret', 'secretkey', 'credentials'),
  assigned('API_TOKEN', 'Token', 'random', 'token', '_auth', 'authorization'),
];

/** The built-in set. A type may have several rows, one for each kind of form. */
export const PATTERNS: readonly Pattern[] = ROWS.map((row) => ({
  left: 'free',
  ...row,
  example: (random) => exampleOf(row, random),
}));

/** The set as data, for the policy's hash. */
export const PATTERN_SET: readonly Readonly<Record<string, unknown>>[] = ROWS.map((row) => ({
  ...row,
}));

/** Names of all built-in types, sorted. */
export const BUILT_IN_TYPES: readonly string[] = [...new Set(ROWS.map(({ type }) => type))].sort();

/** Types that only a name tells: where another type knows the token itself, that one is its type. */
export const NAMED_TYPES: ReadonlySet<string> = new Set(
  PATTERNS.filter(({ names }) => names !== undefined).map(({ type }) => type),
);
