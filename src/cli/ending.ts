/** What ends a command from outside, and the code that it then ends with, as the shell has it. */
export const ENDINGS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

export type Ending = keyof typeof ENDINGS;

/** Where signals of the process arrive. */
interface Signals {
  on(signal: Ending, task: () => void): unknown;
  off(signal: Ending, task: () => void): unknown;
}

/** Calls `task` instead of ending the program at each signal that would end it, until disposed of. */
export function onEnding(signals: Signals, task: (ending: Ending) => void): Disposable {
  const heard = (Object.keys(ENDINGS) as Ending[]).map((ending) => [ending, () => task(ending)] as const);
  for (const [ending, listen] of heard) signals.on(ending, listen);
  return {
    [Symbol.dispose]() {
      for (const [ending, listen] of heard) signals.off(ending, listen);
    },
  };
}
