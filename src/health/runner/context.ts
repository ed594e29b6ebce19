import { type Clock, systemClock } from '../../base/clock.ts';
import type { Yaml } from '../../model/pack.ts';
import type { NodeContext } from '../protocol.ts';

/** What checks and actions of packages get to work with. */
export interface PackageContext extends NodeContext {
  readonly clock: Pick<Clock, 'now' | 'wall'>;
  /** The last value of a collector, such as `memory.total_mb`; `undefined` when there is none. */
  collector(path: string): Promise<Yaml | undefined>;
  /** Runs a command to its end, for 30 s at most. */
  exec(
    argv: readonly string[],
  ): Promise<{ readonly exit: number | null; readonly stdout: string; readonly stderr: string }>;
  /** Says something in the log of the agent. */
  log(text: string): void;
}

interface Answer {
  readonly answer: number;
  readonly value?: unknown;
  readonly fault?: string;
}

const waiting = new Map<number, (answer: Answer) => void>();
let asked = 0;

/** Gives what the agent answered to who asked. */
export function takeAnswer(answer: Answer): void {
  waiting.get(answer.answer)?.(answer);
  waiting.delete(answer.answer);
}

/** The context of one call; `ask` sends a question to the agent. */
export function contextOf(node: NodeContext, ask: (question: unknown) => void): PackageContext {
  const answerTo = (question: object) =>
    new Promise<unknown>((resolve, reject) => {
      const number = ++asked;
      waiting.set(number, ({ value, fault }) => (fault === undefined ? resolve(value) : reject(new Error(fault))));
      ask({ ask: number, ...question });
    });
  return {
    ...node,
    clock: systemClock,
    collector: (path) => answerTo({ what: 'collector', path }) as Promise<Yaml | undefined>,
    exec: (argv) => answerTo({ what: 'exec', argv }) as ReturnType<PackageContext['exec']>,
    // What is printed is kept and logged by the agent.
    log: (text) => void process.stdout.write(`${text}\n`),
  };
}
