/** What the agent and the program that runs the code of a package say to each other. */
import type { ActionDoc } from '../model/health.ts';
import type { Yaml } from '../model/pack.ts';

/** What a check or an action may know of this node. */
export interface NodeContext {
  readonly node: string;
  readonly groups: readonly string[];
  /** Free variables of agent.yml. */
  readonly config: Readonly<Record<string, Yaml>>;
}

/** A check of a file. */
export interface CheckPlace {
  readonly path: string;
  readonly name: string;
}

/** What is asked of the program. */
export type RunnerRequest =
  | { readonly do: 'load'; readonly path: string; readonly revision: string }
  | ({ readonly do: 'check'; readonly context: NodeContext } & CheckPlace)
  | ({ readonly do: 'diagnose'; readonly code: number; readonly context: NodeContext } & CheckPlace)
  | ({
      readonly do: 'act';
      readonly action: string;
      readonly code: number;
      readonly args: readonly Yaml[];
      readonly kwargs: Readonly<Record<string, Yaml>>;
      readonly context: NodeContext;
    } & CheckPlace);

/** A check that a file has; times in seconds, missing for what it does not say. */
export interface LoadedCheck {
  readonly name: string;
  readonly interval: number | null;
  readonly timeout: number | null;
  readonly failures: number | null;
}

/** What Diagnose() found. */
export interface Diagnosis {
  readonly description: string;
  readonly actions: readonly ActionDoc[];
}

/** What the program answers to a request, or asks of the agent while it works on one. */
export type RunnerMessage =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly fault: string }
  | { readonly ask: number; readonly what: 'collector'; readonly path: string }
  | { readonly ask: number; readonly what: 'exec'; readonly argv: readonly string[] };

/** Whether something that came from the program is of this form. */
export function isRunnerMessage(message: unknown): message is RunnerMessage {
  if (typeof message !== 'object' || message === null) return false;
  const { id, ask, what, path, argv } = message as Record<string, unknown>;
  if (typeof id === 'number') return 'result' in message || 'fault' in message;
  if (typeof ask !== 'number') return false;
  return what === 'collector' ? typeof path === 'string' : what === 'exec' && Array.isArray(argv) && argv.length > 0;
}
