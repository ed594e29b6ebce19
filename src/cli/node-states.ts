import type { NodeState } from '../model/member.ts';
import { UsageError } from './failure.ts';

const STATES: readonly NodeState[] = ['alive', 'suspect', 'dead', 'left'];

/** The state that `--state` means; `leave` is OpsBro's word for `left`. Throws a `UsageError` at what is no state. */
export function stateOption(written: string | undefined): NodeState | undefined {
  const state = written === 'leave' ? 'left' : written;
  const found = STATES.find((known) => known === state);
  if (state === undefined || found !== undefined) return found;
  throw new UsageError(`--state: "${state}" is no state of a node; possible: ${STATES.join(', ')}`);
}
