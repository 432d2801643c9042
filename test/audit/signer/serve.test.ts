import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSigner } from '../../../lib/audit/signer/keys.ts';
import { serveSocket } from '../../../lib/audit/signer/serve.ts';
import { tempFolder } from '../logs.ts';

test('a signer that is told to end does not wait for a daemon that stays connected', async () => {
  const folder = tempFolder();
  createSigner(join(folder, 'state'));
  const path = join(folder, 'signer.sock');
  const service = await serveSocket(join(folder, 'state'), path, () => {});
  const daemon = connect(path);
  await once(daemon, 'data');
  service.close();
  await service.ended;
  await once(daemon, 'close');
  expect(daemon.destroyed).toBe(true);
});
