import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { LineChild, LineProgram } from '../net/line-child.ts';
import { isRunnerMessage, type RunnerMessage, type RunnerRequest } from './protocol.ts';

/** What the code of a package may ask of the agent while it runs. */
export interface Answers {
  collector(path: string): unknown;
  exec(argv: readonly string[]): Promise<unknown>;
}

/** How the program that runs a package is started and watched. */
export interface RunnerSetting {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly answers: Answers;
  launch(program: LineProgram): LineChild;
}

/** The code of the package said no: it threw, or answered what is no answer. */
export class RunnerFault extends Error {
  override readonly name = 'RunnerFault';
}

/** A request was not answered in its time, and the program was ended. */
export class RunnerLate extends Error {
  override readonly name = 'RunnerLate';
}

/** The program ended before it answered. */
export class RunnerGone extends Error {
  override readonly name = 'RunnerGone';
  /** It was ended by the agent, because of another request or because it is not needed any more. */
  readonly isWanted: boolean;

  constructor(message: string, cause: 'own' | 'wanted') {
    super(message);
    this.isWanted = cause === 'wanted';
  }
}

const PATIENCE_MS = 1_000;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly limit: Disposable;
}

type Ask = Extract<RunnerMessage, { ask: number }>;

/** One run of the program: it is asked until it ends, and then for nothing any more. */
export class RunnerProcess implements Disposable {
  readonly #setting: RunnerSetting;
  readonly #child: LineChild;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #end = '';
  #isWanted: boolean = false;
  /** Resolves with the reason when it has ended. */
  readonly ended: Promise<string>;

  constructor(setting: RunnerSetting) {
    this.#setting = setting;
    const { argv, env, cwd } = setting;
    let tell: (reason: string) => void = () => {};
    this.ended = new Promise((resolve) => {
      tell = resolve;
    });
    this.#child = setting.launch({
      ...{ argv, env, cwd },
      onMessage: (message) => this.#take(message),
      onEnd: (reason) => {
        this.#over(reason);
        tell(reason);
      },
    });
  }

  get isOver(): boolean {
    return this.#end !== '';
  }

  /** The agent itself ended it. */
  get isWanted(): boolean {
    return this.#isWanted;
  }

  /** What it printed last. */
  get printed(): string {
    return this.#child.printed;
  }

  /** The answer. Rejects with `RunnerFault`, `RunnerLate` after `timeoutMs`, or `RunnerGone`. */
  ask(request: RunnerRequest, timeoutMs: number): Promise<unknown> {
    if (this.isOver) return Promise.reject(this.#gone());
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      const limit = this.#setting.clock.after(timeoutMs, () => this.#late(id, timeoutMs));
      this.#waiting.set(id, { resolve, reject, limit });
      this.#child.send({ id, ...request });
    });
  }

  /** Lets the program end by itself, and ends it after a second; what it printed is whole then. */
  async finish(): Promise<void> {
    this.#isWanted = true;
    const patience = this.#setting.clock.after(PATIENCE_MS, () => this.#child.kill());
    this.#child.finish();
    await this.ended;
    patience[Symbol.dispose]();
  }

  /** Ends the program and all that it started. */
  [Symbol.dispose](): void {
    this.#isWanted = true;
    this.#over('ended by the agent');
    this.#child.kill();
  }

  #late(id: number, timeoutMs: number): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.reject(new RunnerLate(`no answer within ${timeoutMs / 1_000} s`));
    // Nobody can tell whether it will ever look up again.
    this.#isWanted = true;
    this.#child.kill();
    this.#over('ended because it was late');
  }

  #take(message: unknown): void {
    if (!isRunnerMessage(message)) {
      this.#child.kill();
      return;
    }
    if ('ask' in message) {
      void this.#answer(message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    waiting?.limit[Symbol.dispose]();
    if ('fault' in message) waiting?.reject(new RunnerFault(message.fault));
    else waiting?.resolve(message.result);
  }

  async #answer(asked: Ask): Promise<void> {
    const { answers } = this.#setting;
    try {
      const value = asked.what === 'collector' ? answers.collector(asked.path) : await answers.exec(asked.argv);
      this.#child.send({ answer: asked.ask, value });
    } catch (error) {
      this.#child.send({ answer: asked.ask, fault: messageOf(error) });
    }
  }

  #gone(): RunnerGone {
    return new RunnerGone(this.#end, this.#isWanted ? 'wanted' : 'own');
  }

  #over(reason: string): void {
    if (this.isOver) return;
    this.#end = reason;
    const left = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { limit, reject } of left) {
      limit[Symbol.dispose]();
      reject(this.#gone());
    }
  }
}
