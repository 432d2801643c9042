// Writes and prunes a signed log in a process of its own, until it is killed. Runs the compiled program.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [dist, logFolder] = process.argv.slice(2);
const lib = (name) => import(new URL(`lib/audit/${name}.js`, pathToFileURL(`${dist}/`)));
const { openSignedLog } = await lib('signed-log');
const { parsePublicKeys } = await lib('public-keys');
const { childReach } = await lib('signer/reach');
const { applyRetention } = await lib('retention');

const signer = join(logFolder, 'signer');
const keys = parsePublicKeys(readFileSync(join(signer, 'vkeys'), 'utf8'));
const fail = (error) => {
  if (error !== undefined) throw error;
};
const log = await openSignedLog(logFolder, {
  keys,
  reach: childReach(signer),
  settings: { checkpointLines: 100, checkpointInterval: 300_000, signerTimeout: 10_000 },
  now: () => new Date(),
  ticks: () => performance.now(),
  onPoison: fail,
  onSigner: fail,
  onFault: fail,
});
await log.settled();
const deps = {
  logFolder,
  chainFolder: join(logFolder, 'chain'),
  key: keys.log,
  log,
  retention: 1,
  now: () => Date.now() + 1000,
};
process.stdout.write('"ready"\n');
for (;;) {
  for (let segment = 0; segment < 3; segment++) {
    await log.append('tunnel', { host: 'host.test' });
    await log.rotate();
    await log.signed(10_000);
  }
  await applyRetention(deps);
}
