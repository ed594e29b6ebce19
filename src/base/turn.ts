/**
 * Runs `task` at the end of this turn of the process, when all that has arrived is handled: what comes in one turn can be dealt with
 * together, and nothing waits for a timer.
 */
export function atTurnEnd(task: () => void): void {
  setImmediate(task);
}

/** Resolves then. */
export const turnEnd = (): Promise<void> => new Promise(atTurnEnd);
