import type { Server } from 'node:http';
import type { Settings } from '../../config/types.ts';
import { killSwitchRefusal } from '../../control/kill-switch.ts';
import { maskSecrets } from '../../redact/mask.ts';
import type { Dial } from '../dial.ts';
import type { Engine } from '../engine.ts';
import type { ExchangeContext, Policy } from '../exchange-context.ts';
import type { OpenedHosts } from '../hosts.ts';
import { createInterceptor, type Interceptor } from '../intercept.ts';
import { createListener } from '../listener.ts';
import type { Observer } from '../observer.ts';
import { createRouter } from '../router.ts';
import type { Safeguards } from './safeguards.ts';

/** What {@link openRequestPath} needs of the daemon. */
export interface RequestPathParts {
  readonly policy: () => Policy;
  readonly limits: Settings['limits'];
  readonly engine: Engine;
  readonly hosts: OpenedHosts;
  readonly dial: Dial;
  readonly safeguards: Safeguards;
  readonly observer: Observer;
  /** Milliseconds of the monotonic clock. */
  readonly now: () => number;
  readonly onFault: (error: unknown) => void;
}

/** The way of a request, ready to be listened at. */
export interface RequestPath {
  readonly exchanges: ExchangeContext;
  readonly interceptor: Interceptor;
  readonly listener: Server;
}

/** Joins what a request goes through, and lets the kill switch cut it. */
export function openRequestPath(parts: RequestPathParts): RequestPath {
  const { engine, hosts, dial, observer, onFault } = parts;
  const { audit, killSwitch, gate, live } = parts.safeguards;
  const exchanges: ExchangeContext = {
    policy: parts.policy,
    gate: gate.begin,
    gateNow: gate.goOn,
    remember: engine.known.remember,
    store: engine.store,
    vault: engine.vault,
    exact: engine.exact,
    conversations: engine.conversations,
    audit,
    live,
    observer,
    onFault,
    now: parts.now,
  };
  const { exact, vault } = engine;
  const shown = (host: string): string => {
    const { scanner } = parts.policy();
    const [masked = ''] = maskSecrets([host], { scanner, exact, vault, now: parts.now() });
    return masked;
  };
  const interceptor = createInterceptor(exchanges, parts.limits);
  const route = createRouter({
    hosts: hosts.policy,
    hostsFailure: hosts.failure,
    sites: hosts.sites.byHost,
    interceptor,
    gate: gate.begin,
    gateNow: gate.goOn,
    dial,
    live,
    audit,
    observer,
    shown,
  });
  const onRefused = (code: string, host: string | undefined): void =>
    observer.refused(code, host && shown(host));
  const listener = createListener(route, parts.limits, onRefused, onFault);
  killSwitch.onChange(observer.killSwitch);
  killSwitch.onEngage((state) => {
    // Resets first: nothing that is buffered may still leave.
    hosts.sites.cut();
    live.cutAll(killSwitchRefusal(state));
  });
  return { exchanges, interceptor, listener };
}
