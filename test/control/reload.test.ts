import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { diffPolicies, isUnchanged, type PolicyOutline } from '../../lib/control/policy-diff.ts';
import { createReloader, type ReloadDeps } from '../../lib/control/reload.ts';
import { WaterwallError } from '../../lib/errors.ts';

const OUTLINE: PolicyOutline = {
  hash: 'h0',
  types: ['A', 'B'],
  disabled: [],
  allow: [],
  knownSecrets: ['k1', 'k2'],
  settings: { 'limits.body': 1, store: { ttl: 4 } },
};

function start(more: Partial<ReloadDeps<PolicyOutline>> = {}) {
  const order: string[] = [];
  const faults: unknown[] = [];
  const files: { next: PolicyOutline | Error } = { next: OUTLINE };
  const reloader = createReloader<PolicyOutline>({
    initial: OUTLINE,
    lookAtConfig: () => order.push('config'),
    load: () => {
      order.push('load');
      if (files.next instanceof Error) throw files.next;
      return files.next;
    },
    outline: (policy) => policy,
    apply: ({ hash }) => order.push(`apply ${hash}`),
    record: async ({ new_hash }) => {
      order.push(`record ${new_hash}`);
    },
    onLoosened: () => order.push('alarm'),
    onResult: ({ ok }) => order.push(ok ? 'ok' : 'refused'),
    onFault: (error) => faults.push(error),
    ...more,
  });
  return { reloader, order, faults, files };
}

describe('reload', () => {
  it('records nothing where nothing changed', async () => {
    const { reloader, order } = start();
    expect(await reloader.reload()).toMatchObject({ ok: true, changed: false, new_hash: 'h0' });
    expect(order).toEqual(['config', 'load', 'apply h0', 'ok']);
  });

  it('applies a tightening before its line', async () => {
    const { reloader, order, files } = start();
    files.next = { ...OUTLINE, hash: 'h1', types: ['A', 'B', 'C'] };
    expect(await reloader.reload()).toMatchObject({
      ok: true,
      changed: true,
      old_hash: 'h0',
      new_hash: 'h1',
      diff: { types_added: ['C'], loosened: [] },
    });
    expect(order).toEqual(['config', 'load', 'apply h1', 'record h1', 'ok']);
    expect(reloader.current).toBe(files.next);
  });

  it('records a loosening before it applies, and raises an alarm', async () => {
    const { reloader, order, files } = start();
    files.next = { ...OUTLINE, hash: 'h1', allow: ['a1'] };
    await reloader.reload();
    expect(order).toEqual(['config', 'load', 'record h1', 'apply h1', 'alarm', 'ok']);
  });

  it('keeps the old set where anything is wrong, and says where', async () => {
    const { reloader, order, files, faults } = start();
    const details = { file: 'patterns.yaml', line: 3, column: 5, key: 'patterns[0].regex' };
    files.next = new WaterwallError('config-invalid', 'bad regex', { fix: 'mend it', details });
    const refused = await reloader.reload();
    expect(refused).toEqual({
      ok: false,
      hash: 'h0',
      error: { code: 'config-invalid', message: 'bad regex', fix: 'mend it', details },
    });
    expect(reloader.current).toBe(OUTLINE);
    expect(reloader.last).toBe(refused);
    expect(order).toEqual(['config', 'load', 'refused']);
    expect(faults).toEqual([]);
  });

  it('shows no foreign message to clients', async () => {
    const { reloader, files, faults } = start();
    files.next = new Error('near "hunter2 hunter2"');
    const refused = await reloader.reload();
    expect(JSON.stringify(refused)).not.toContain('hunter2');
    expect(faults).toEqual([files.next]);
  });

  it('takes effect though the log is poisoned', async () => {
    const { reloader, files, faults } = start({
      record: () => Promise.reject(new Error('poisoned')),
    });
    files.next = { ...OUTLINE, hash: 'h1', types: ['A', 'B', 'C'] };
    expect(await reloader.reload()).toMatchObject({ ok: true });
    expect(reloader.current).toBe(files.next);
    expect(faults).toHaveLength(1);
  });

  it('runs one at a time, and once more for those who asked meanwhile', async () => {
    let running = 0;
    let loads = 0;
    const { reloader } = start({
      load: async () => {
        loads++;
        expect(++running).toBe(1);
        await sleep(5);
        running--;
        return OUTLINE;
      },
    });
    const [first, second, third] = [reloader.reload(), reloader.reload(), reloader.reload()];
    expect(second).toBe(third);
    await Promise.all([first, second, third]);
    expect(loads).toBe(2);
    await reloader.reload();
    expect(loads).toBe(3);
  });
});

describe('diffPolicies', () => {
  it('finds nothing between equals', () => {
    expect(isUnchanged(diffPolicies(OUTLINE, structuredClone(OUTLINE)))).toBe(true);
  });

  it('names types and settings, counts the rest, and says what is looser', () => {
    const after = {
      ...OUTLINE,
      types: ['C'],
      disabled: ['B'],
      allow: ['x', 'y'],
      knownSecrets: ['k2', 'k3', 'k4'],
      settings: { 'limits.body': 2, store: { ttl: 4 }, extra: true },
    };
    expect(diffPolicies(OUTLINE, after)).toEqual({
      types_added: ['C'],
      types_removed: ['A', 'B'],
      disabled_added: ['B'],
      disabled_removed: [],
      allow_added: 2,
      allow_removed: 0,
      known_secrets_added: 2,
      known_secrets_removed: 1,
      settings_changed: ['extra', 'limits.body'],
      loosened: ['disabled: B', 'removed: A', '2 more allowed', '1 known secret removed'],
    });
    expect(diffPolicies(after, OUTLINE).loosened).toEqual([
      'removed: C',
      '2 known secrets removed',
    ]);
  });
});
