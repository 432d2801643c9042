// Joins the program's modules and the packages they use into a few files, in `dist/program`: loading
// some two hundred one by one took a quarter of the time of a start. Readable, so that a stack trace
// still tells where something happened.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

/** What is loaded with these, and not with an earlier group, becomes one file. */
const GROUPS = {
  base: ['lib/errors.ts', 'lib/cli/output.ts'],
  asking: [
    'lib/cli/hook-events.ts',
    'lib/cli/pre-launch-hook.ts',
    'lib/cli/statusline.ts',
    'lib/cli/status-line-text.ts',
    'lib/cli/style.ts',
    'lib/ops/current-homes.ts',
    'lib/ops/health-gate.ts',
    'lib/ops/hook/session.ts',
    'lib/control/admin-events.ts',
  ],
  signer: ['lib/audit/signer/child.ts'],
  verbs: ['lib/cli/command-line.ts', 'lib/cli/status.ts', 'lib/cli/dashboard.ts'],
  dashboard: ['tui/run.ts'],
  settings: ['lib/config/load/settings.ts'],
  agents: ['lib/cli/env.ts', 'lib/cli/run.ts', 'lib/ops/agent-files.ts'],
  scanner: ['lib/detect/scanner.ts'],
  daemon: ['lib/cli/up.ts', 'lib/cli/serve.ts', 'lib/cli/prepare-home.ts', 'lib/cli/text-log.ts'],
};

/**
 * Writes `dist/program`.
 *
 * @param {string} root - the project's folder
 */
export async function bundleProgram(root) {
  const bundle = await rolldown({
    cwd: root,
    // A thread begins with a file of its own, under the name by which it is started.
    input: {
      main: 'lib/cli/main.ts',
      worker: 'lib/audit/evidence/worker.ts',
      'batch-worker': 'lib/audit/batch-worker.ts',
    },
    platform: 'node',
    tsconfig: false,
    // Blessed finds its widgets by names that it makes up while it runs.
    external: [/^node:/, /^blessed/],
    // What a CommonJS file calls `require` cannot always be told: modules are preferred.
    resolve: { mainFields: ['module', 'main'] },
    checks: { ineffectiveDynamicImport: false },
  });
  const folder = join(root, 'dist/program');
  const { output } = await bundle.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    codeSplitting: { groups: groups(root) },
  });
  await bundle.close();
  const modules = output.flatMap((chunk) => chunk.moduleIds ?? []);
  writeFileSync(join(folder, 'THIRD-PARTY.txt'), notices(modules));
}

function groups(root) {
  const names = Object.keys(GROUPS);
  return names.map((name, i) => {
    const members = new Set(GROUPS[name].map((path) => join(root, path)));
    return { name, priority: names.length - i, test: (id) => members.has(id) };
  });
}

/** What their licences ask for: the packages whose code is in the program, and their terms. */
function notices(modules) {
  const folders = modules.flatMap(
    (id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(id)?.[0] ?? [],
  );
  const texts = [...new Set(folders)].sort().map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
    if (file === undefined) throw new Error(`${name} comes without its licence`);
    return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  });
  return texts.join(`\n${'-'.repeat(78)}\n\n`);
}
