/** Runs a task once everything that this turn of the process has in hand is done. */
export function afterThisTurn(task: () => void): void {
  setImmediate(task);
}
