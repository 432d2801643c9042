/** How shells spell "set and export this variable". */

export const SHELLS = ['sh', 'bash', 'zsh', 'fish', 'powershell', 'json'] as const;
export type Shell = (typeof SHELLS)[number];

type Variables = Readonly<Record<string, string>>;

const EXPORT = (name: string, value: string): string => `export ${name}=${posixQuote(value)}`;

const SYNTAX: Readonly<Record<Exclude<Shell, 'json'>, (name: string, value: string) => string>> = {
  sh: EXPORT,
  bash: EXPORT,
  zsh: EXPORT,
  fish: (name, value) => `set -gx ${name} ${fishQuote(value)}`,
  powershell: (name, value) => `$env:${name} = ${powershellQuote(value)}`,
};

/** The statements that set the variables, a line each, or one JSON object. */
export function setVariables(shell: Shell, variables: Variables): string {
  if (shell === 'json') return `${JSON.stringify(variables, null, 2)}\n`;
  const statement = SYNTAX[shell];
  return Object.entries(variables)
    .map(([name, value]) => `${statement(name, value)}\n`)
    .join('');
}

/** The shell somebody uses, by the name of its program. */
export function shellOf(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): Shell {
  const name = env['SHELL']?.split('/').at(-1);
  const known = SHELLS.find((shell) => shell === name && shell !== 'json');
  return known ?? (platform === 'win32' ? 'powershell' : 'sh');
}

/** Inside single quotes nothing is special but the quote itself. */
export function posixQuote(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}

/** fish knows two escapes inside single quotes. */
function fishQuote(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** PowerShell doubles the quote, and takes typographic quotes for quotes too. */
function powershellQuote(value: string): string {
  return `'${value.replace(/['‘’‚‛]/g, '$&$&')}'`;
}
