import type { Gate } from './health-gate.ts';

/** What an agent's hook prints. */
export interface HookAnswer {
  /** Shown to the user. */
  readonly systemMessage: string;
  /** Given to the model. */
  readonly hookSpecificOutput: {
    readonly hookEventName: 'SessionStart';
    readonly additionalContext: string;
  };
}

/**
 * Facts, not orders: a model treats instructions in a hook's text as an injection. The same state
 * gives the same bytes, since they become part of the cached prefix.
 */
export function hookAnswer(gate: Extract<Gate, { open: false }>): HookAnswer {
  const context = `Waterwall, the local proxy that keeps secrets from model providers, is not ready: ${gate.reason}. Requests to model providers fail until then. To mend it, ${gate.fix}.`;
  return {
    systemMessage: `Waterwall: ${gate.reason}; ${gate.fix}`,
    hookSpecificOutput: { hookEventName: 'SessionStart', additionalContext: context },
  };
}
