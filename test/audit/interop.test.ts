import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readKeyEpochs } from '../../lib/audit/key-epochs.ts';
import { leafHash } from '../../lib/audit/leaf.ts';
import { keyFor } from '../../lib/audit/log-key.ts';
import { readPublicKeys } from '../../lib/audit/public-keys.ts';
import { openTree } from '../../lib/audit/tree.ts';
import { formatVkey } from '../../lib/audit/vkey.ts';
import { tempFolder } from './logs.ts';
import { readVectors, VECTORS } from './vectors.ts';

const go = spawnSync('go', ['env', 'GOROOT'], { encoding: 'utf8' });

/** Where Go's packages for signed notes and transparency logs lie: Debian's, or Go's own copy. */
function goModules(): string {
  const places = [
    '/usr/share/gocode/src/golang.org/x/mod',
    join(go.stdout.trim(), 'src/cmd/vendor/golang.org/x/mod'),
  ];
  const found = places.find((place) => existsSync(join(place, 'sumdb/note')));
  if (found === undefined) throw new Error('Go is there without golang-golang-x-mod-dev');
  return found;
}

/** Builds the checker without network: an old-style Go path with one link in it. */
function buildChecker(mod: string): string {
  const folder = tempFolder();
  mkdirSync(join(folder, 'src/golang.org/x'), { recursive: true });
  symlinkSync(mod, join(folder, 'src/golang.org/x/mod'));
  const source = fileURLToPath(new URL('interop/main.go', import.meta.url));
  const checker = join(folder, 'checker');
  execFileSync('go', ['build', '-o', checker, source], {
    env: { ...process.env, GO111MODULE: 'off', GOPATH: folder, GOFLAGS: '', CGO_ENABLED: '0' },
    stdio: 'pipe',
  });
  return checker;
}

/** The same as verify.py and `waterwall` check by other code: Go's own, which the ecosystem uses. */
test.skipIf(go.status !== 0)(
  "Go's sumdb/note and sumdb/tlog accept checkpoints, receipts and proofs, and refuse what we refuse",
  async () => {
    const checker = buildChecker(goModules());
    const { log } = await readPublicKeys(join(VECTORS, 'signing.pub'));
    /** The one that a reader of the receipts of key epochs knows for a checkpoint of this size. */
    const vkeyOf = async (text: string, epochs: string): Promise<string> => {
      const size = Number(text.split('\n\n')[1]?.split('\n')[1]);
      return formatVkey(keyFor((await readKeyEpochs(epochs, log)).key, size));
    };
    const vkey = formatVkey(log);
    const questions: { readonly question: object; readonly good: boolean }[] = [];
    for (const { kind, path, exit, epochs } of readVectors()) {
      if (kind !== 'receipt') continue;
      // Go's parser of base64 is as strict as ours only where it is told to be.
      const text = readFileSync(path, 'utf8');
      questions.push({
        question: { kind: 'receipt', vkey: await vkeyOf(text, epochs ?? dirname(path)), text },
        good: exit === 0,
      });
    }
    for (const [name, good] of [
      ['good', true],
      ['forged-latest-checkpoint', false],
      ['replayed-signature', false],
    ] as const) {
      const text = readFileSync(join(VECTORS, name, 'checkpoint'), 'utf8');
      questions.push({ question: { kind: 'checkpoint', vkey, text }, good });
    }
    const tree = openTree();
    const base64 = (hashes: readonly Buffer[]): string[] => hashes.map((h) => h.toString('base64'));
    for (let size = 0; size < 40; size++)
      tree.add(Buffer.from(leafHash(Buffer.of(size)), 'base64'));
    for (let to = 1; to <= 40; to += 3) {
      for (let from = 1; from <= to; from += 2) {
        const [old, next] = base64([tree.root(from), tree.root(to)]);
        const proof = base64(tree.consistency(from, to));
        const question = { kind: 'consistency', from, to, old, new: next, proof };
        questions.push({ question, good: true });
        questions.push({ question: { ...question, old: base64([tree.root(0)])[0] }, good: false });
      }
    }
    const { stdout, status } = spawnSync(checker, {
      encoding: 'utf8',
      input: questions.map(({ question }) => `${JSON.stringify(question)}\n`).join(''),
    });
    expect(status).toBe(0);
    const answers = stdout.trimEnd().split('\n');
    expect(answers).toHaveLength(questions.length);
    const wrong = questions.filter(({ good }, at) => (answers[at] === 'ok') !== good);
    expect(wrong).toEqual([]);
  },
  300_000,
);
