/** The part of `process` that is needed. */
export interface SignalEmitter {
  on(signal: 'SIGUSR1', listener: () => void): unknown;
  off(signal: 'SIGUSR1', listener: () => void): unknown;
}

/** A SIGUSR1 handler that is installed before there is anything to do with the signal. */
export interface SignalCatcher {
  /** Hands over signals from now on, and first those that came too early. */
  attach(listener: () => void): void;
  close(): void;
}

/**
 * Takes SIGUSR1 away from Node, whose own handler opens a debugger on a loopback port. To be called
 * first thing by every process; a command that has no kill switch just never attaches.
 */
export function catchSigusr1(emitter: SignalEmitter): SignalCatcher {
  let early = 0;
  let attached: (() => void) | undefined;
  const onSignal = (): void => {
    if (attached === undefined) early++;
    else attached();
  };
  emitter.on('SIGUSR1', onSignal);
  return {
    attach(listener) {
      attached = listener;
      for (; early > 0; early--) listener();
    },
    close() {
      emitter.off('SIGUSR1', onSignal);
    },
  };
}
