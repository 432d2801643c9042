import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from './install.ts';

/** What a run of an agent is given. */
export interface Setting {
  /** The folder it works in. */
  readonly workspace: string;
  /** A fresh home of its own, outside the workspace. */
  readonly home: string;
  readonly proxy: string;
  /** PEM file with the roots it must trust. */
  readonly roots: string;
}

/** One agent, speaking one API. */
export interface Agent {
  readonly name: string;
  readonly command: Command;
  /** The path its requests go to. */
  readonly path: string;
  /** Reads `settings.txt`, writes what it read to `copy.txt`, then says it. */
  readonly script: (setting: Setting) => readonly object[];
  readonly args: (prompt: string) => readonly string[];
  readonly env: (setting: Setting) => Readonly<Record<string, string>>;
  /** Files it needs beforehand. */
  readonly prepare?: (setting: Setting) => Promise<void>;
}

const proxyEnv = ({ proxy, roots }: Setting): Record<string, string> => ({
  HTTPS_PROXY: proxy,
  HTTP_PROXY: proxy,
  NO_PROXY: 'localhost,127.0.0.1',
  NODE_EXTRA_CA_CERTS: roots,
  SSL_CERT_FILE: roots,
});

const claude: Agent = {
  name: 'Claude Code',
  command: 'claude',
  path: '/v1/messages',
  script: ({ workspace }) => [
    { tool: 'Read', input: { file_path: join(workspace, 'settings.txt') } },
    {
      tool: 'Write',
      input: { file_path: join(workspace, 'copy.txt'), content: '{{echo|unnumbered}}' },
    },
    { text: 'finished: {{pl}}' },
  ],
  args: (prompt) => ['-p', prompt, '--dangerously-skip-permissions'],
  env: (setting) => ({
    ...proxyEnv(setting),
    CLAUDE_CODE_CERT_STORE: 'bundled,system',
    ANTHROPIC_API_KEY: 'x',
    // It refuses to skip permissions as root elsewhere.
    IS_SANDBOX: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  }),
};

const codex: Agent = {
  name: 'Codex',
  command: 'codex',
  path: '/v1/responses',
  script: () => [
    { tool: 'exec_command', input: { cmd: 'cat settings.txt' } },
    // Quoted, the here-document takes every byte as it is.
    {
      tool: 'exec_command',
      input: { cmd: "cat > copy.txt <<'END_OF_COPY'\n{{echo|output}}\nEND_OF_COPY" },
    },
    { text: 'finished: {{pl}}' },
  ],
  args: (prompt) => [
    'exec',
    '--skip-git-repo-check',
    '--dangerously-bypass-approvals-and-sandbox',
    '-m',
    'gpt-5',
    prompt,
  ],
  env: (setting) => ({
    ...proxyEnv(setting),
    CODEX_CA_CERTIFICATE: setting.roots,
    CODEX_API_KEY: 'x',
    CODEX_HOME: join(setting.home, '.codex'),
  }),
  prepare: ({ home }) => mkdir(join(home, '.codex'), { recursive: true }).then(() => {}),
};

/** OpenCode takes its provider from a file; the API follows from the package it names. */
function openCode(name: string, path: string, provider: object, model: string): Agent {
  return {
    name,
    command: 'opencode',
    path,
    script: ({ workspace }) => [
      { tool: 'read', input: { filePath: join(workspace, 'settings.txt') } },
      {
        tool: 'write',
        input: { filePath: join(workspace, 'copy.txt'), content: '{{echo|content|unnumbered}}' },
      },
      { text: 'finished: {{pl}}' },
    ],
    args: (prompt) => ['run', '-m', model, prompt],
    env: (setting) => ({ ...proxyEnv(setting), OPENCODE_DISABLE_AUTOUPDATE: '1' }),
    prepare: ({ workspace }) =>
      writeFile(
        join(workspace, 'opencode.json'),
        JSON.stringify({
          $schema: 'https://opencode.ai/config.json',
          autoupdate: false,
          share: 'disabled',
          provider,
        }),
      ),
  };
}

/** Every agent, over every API it speaks. */
export const AGENTS: readonly Agent[] = [
  claude,
  codex,
  openCode(
    'OpenCode, Messages',
    '/v1/messages',
    { anthropic: { options: { apiKey: 'x' }, models: { 'claude-test': { name: 'test' } } } },
    'anthropic/claude-test',
  ),
  openCode(
    'OpenCode, Chat Completions',
    '/v1/chat/completions',
    {
      compatible: {
        npm: '@ai-sdk/openai-compatible',
        options: { apiKey: 'x', baseURL: 'https://api.deepseek.com/v1' },
        models: { 'test-model': { name: 'test' } },
      },
    },
    'compatible/test-model',
  ),
];
