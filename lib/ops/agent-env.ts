/** The variables that send an agent through the proxy and make it trust our CA. */

/** The agents whose needs are known. */
export const AGENTS = ['claude', 'codex', 'opencode', 'hermes'] as const;
export type Agent = (typeof AGENTS)[number];

/** Where a variable's value comes from. */
type Source =
  /** The proxy's URL. */
  | 'proxy'
  /** Our CA alone: the client adds it to the roots it has. */
  | 'ca'
  /** System roots and our CA: the client takes the file instead of the roots it has. */
  | 'bundle'
  /** A fixed text. */
  | { readonly text: string };

/**
 * No HTTP_PROXY: the listener answers CONNECT only, and a plain-text request of some tool would be
 * refused by it. Both spellings, because curl and Python look at the lower-case one first.
 */
const PROXY: Readonly<Record<string, Source>> = {
  HTTPS_PROXY: 'proxy',
  https_proxy: 'proxy',
  NO_PROXY: { text: 'localhost,127.0.0.1,::1' },
  no_proxy: { text: 'localhost,127.0.0.1,::1' },
};

/** For what the agent starts: each of these replaces the roots, so it must hold the system's too. */
const TOOLS: Readonly<Record<string, Source>> = {
  SSL_CERT_FILE: 'bundle',
  REQUESTS_CA_BUNDLE: 'bundle',
  CURL_CA_BUNDLE: 'bundle',
  GIT_SSL_CAINFO: 'bundle',
  NODE_EXTRA_CA_CERTS: 'ca',
};

/**
 * What an agent needs beyond {@link PROXY} and {@link TOOLS}; measured with the agents themselves.
 * `CODEX_CA_CERTIFICATE` gets the bundle: Codex then trusts what it trusted before on tunnelled
 * hosts, whichever way it reads the variable.
 */
const SPECIAL: Readonly<Record<Agent, Readonly<Record<string, Source>>>> = {
  claude: { CLAUDE_CODE_CERT_STORE: { text: 'bundled,system' } },
  codex: { CODEX_CA_CERTIFICATE: 'bundle' },
  opencode: {},
  hermes: {},
};

export interface AgentEnvironmentInput {
  /** Where the proxy listens. */
  readonly listen: { readonly host: string; readonly port: number };
  /** `ca.pem`. */
  readonly ca: string;
  /** `ca-bundle.pem`. */
  readonly bundle: string;
  /** Absent: what any of them needs. */
  readonly agent?: Agent;
}

/** The variables for one agent, or for any. */
export function agentEnvironment(input: AgentEnvironmentInput): Record<string, string> {
  const agents = input.agent === undefined ? AGENTS : [input.agent];
  const sources = Object.assign({}, PROXY, TOOLS, ...agents.map((agent) => SPECIAL[agent]));
  return Object.fromEntries(
    Object.entries<Source>(sources).map(([name, source]) => [name, textOf(source, input)]),
  );
}

function textOf(source: Source, input: AgentEnvironmentInput): string {
  switch (source) {
    case 'proxy':
      return proxyUrl(input.listen);
    case 'ca':
      return input.ca;
    case 'bundle':
      return input.bundle;
    default:
      return source.text;
  }
}

/** The proxy's URL; a wildcard address is reached over loopback. */
export function proxyUrl(listen: { readonly host: string; readonly port: number }): string {
  const wildcard: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  const host = wildcard[listen.host] ?? listen.host;
  return `http://${host.includes(':') ? `[${host}]` : host}:${listen.port}`;
}
