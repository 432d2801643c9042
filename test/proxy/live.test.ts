import { describe, expect, it } from 'vitest';
import { WaterwallError } from '../../lib/errors.ts';
import { createLive } from '../../lib/proxy/live.ts';

const reason = new WaterwallError('killswitch-engaged', 'stopped', { fix: 'clear it' });

describe('createLive', () => {
  it('tells when the first enters and the last leaves, whatever leaves twice', async () => {
    const seen: string[] = [];
    const live = createLive(() => {
      seen.push('busy');
      return () => seen.push('idle');
    });
    const first = live.enter(() => {});
    const second = live.enter(() => {});
    first();
    first();
    expect(seen).toEqual(['busy']);
    const idle = live.idle();
    second();
    await idle;
    expect(seen).toEqual(['busy', 'idle']);
    expect(live.size).toBe(0);
    live.enter(() => {})();
    expect(seen).toEqual(['busy', 'idle', 'busy', 'idle']);
  });

  it('cuts everything that is under way, also where a cut makes others leave', () => {
    const live = createLive(() => () => {});
    const cut: string[] = [];
    const leaveB = live.enter(() => cut.push('b'));
    live.enter((why) => {
      cut.push(why.code);
      leaveB();
    });
    live.cutAll(reason);
    expect(cut.sort()).toEqual(['b', 'killswitch-engaged']);
  });

  it('lets retire what knows how to', () => {
    const live = createLive(() => () => {});
    const retired: string[] = [];
    live.enter(() => {});
    live.enter(
      () => retired.push('cut'),
      () => retired.push('retired'),
    );
    live.retireAll();
    expect(retired).toEqual(['retired']);
    expect(live.size).toBe(2);
  });

  it('is idle at once where nothing is under way', async () => {
    await expect(createLive(() => () => {}).idle()).resolves.toBeUndefined();
  });
});
