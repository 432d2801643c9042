import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { Secret } from '../../vault/secret.ts';
import { filesOf } from '../files.ts';
import { deepFreeze } from '../freeze.ts';
import { requirePrivate } from '../modes.ts';
import type { Homes, KnownSecret, KnownSecrets } from '../types.ts';
import { parseConfig, readText } from './document.ts';
import { isLowEntropy } from './low-entropy.ts';
import { ownKeys } from './own-keys.ts';

/** `known_secrets.yaml` as its schema fixes it. */
interface RawKnownSecrets {
  values?: { type: string; value: string }[];
  env_files?: string[];
}

export interface KnownSecretsOptions {
  /** What was known before: a vanished or emptied file keeps its values. */
  readonly previous?: KnownSecrets;
  /** The folder that `~` stands for. */
  readonly userHome?: string;
}

/** Shorter values would be found everywhere. */
const SHORTEST = 8;

/**
 * Reads `known_secrets.yaml` and the env files it names, and adds Waterwall's own keys. No error
 * holds a value.
 *
 * @throws WaterwallError `config-invalid`, `file-exposed`
 */
export function loadKnownSecrets(homes: Homes, options: KnownSecretsOptions = {}): KnownSecrets {
  const { knownSecrets: file } = filesOf(homes);
  const { previous, userHome = homedir() } = options;
  const text = readText(file);
  if (text === undefined && previous) return previous;
  if (text !== undefined) requirePrivate(file);
  const { value } = parseConfig<RawKnownSecrets>('known_secrets', file, text ?? '');
  const gathered = {
    entries: (value.values ?? []).map((entry) => known(entry.type, entry.value, file)),
    skipped: [] as { file: string; name: string }[],
    envFiles: [] as string[],
    unreadable: [] as string[],
  };
  for (const name of value.env_files ?? []) {
    const path = resolve(
      homes.config,
      name.replace(/^~(?=\/|$)/, () => userHome),
    );
    gathered.envFiles.push(path);
    const found = readEnvFile(path);
    if (found) {
      gathered.entries.push(...found.entries);
      gathered.skipped.push(...found.skipped);
    } else {
      gathered.unreadable.push(path);
      gathered.entries.push(...(previous?.entries ?? []).filter(({ source }) => source === path));
    }
  }
  gathered.entries.push(...ownKeys(homes));
  return deepFreeze(gathered);
}

/** Undefined where the file is not there, cannot be read or is empty (half written). */
function readEnvFile(file: string): Pick<KnownSecrets, 'entries' | 'skipped'> | undefined {
  const text = tryRead(file);
  if (text === undefined || text.trim() === '') return undefined;
  const entries: KnownSecret[] = [];
  const skipped: { file: string; name: string }[] = [];
  for (const [name, value] of Object.entries(parseEnv(text))) {
    if (value === undefined || isLowEntropy(name, value)) {
      skipped.push({ file, name });
      continue;
    }
    entries.push(known(typeOf(name), value, file));
    const password = passwordIn(value);
    if (password !== undefined) entries.push(known(typeOf(`${name}_PASSWORD`), password, file));
  }
  return { entries, skipped };
}

function tryRead(file: string): string | undefined {
  try {
    return readText(file);
  } catch {
    return undefined;
  }
}

function known(type: string, value: string, source: string): KnownSecret {
  return { type, value: new Secret(Buffer.from(value, 'utf8')), source };
}

/** A variable's name as the type of its placeholder. */
function typeOf(name: string): string {
  return name
    .toUpperCase()
    .replace(/[^A-Z0-9_]/g, '_')
    .slice(0, 32);
}

/** The password of a connection string also stands alone elsewhere. */
function passwordIn(value: string): string | undefined {
  if (!value.includes('://') || !URL.canParse(value)) return undefined;
  const { password } = new URL(value);
  try {
    const plain = decodeURIComponent(password);
    return plain.length < SHORTEST ? undefined : plain;
  } catch {
    return undefined;
  }
}
