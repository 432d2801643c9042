import { expect, test } from 'vitest';
import { TEST_APIS } from '../support/apis.ts';
import { useRig } from '../support/rig.ts';
import { makeSecrets } from '../support/secrets.ts';
const rig = useRig();
test('x', async () => {
  const api = TEST_APIS[2]!;
  const text = makeSecrets(20).filter(({ type }) => ['AWS_ACCESS_KEY', 'PEM_BLOCK'].includes(type)).map((s) => s.value).join('\n');
  for (let i = 0; i < 3; i++) {
  const answer = await rig.daemon.ask({ host: api.host, path: api.path, body: { ...api.prompt('@@[{"text":"finished: {{pl}}"}]@@', text), stream: true } });
  console.log(answer.complete, answer.text.slice(-2500));
  }
});
