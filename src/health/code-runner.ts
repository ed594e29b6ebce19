import type { Diagnosis, LoadedCheck, NodeContext, RunnerRequest } from './protocol.ts';
import { RunnerFault, RunnerGone, RunnerLate, RunnerProcess, type RunnerSetting } from './runner-process.ts';

const LOAD_MS = 10_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** A program that lived so long has not failed at its start. */
const SETTLED_MS = 60_000;

/** Runs what one half of a package holds, whatever it is written in. Everything may throw. */
export interface HealthRunner extends Disposable {
  /** Takes a file, or a newer version of it. */
  load(path: string, revision: string): Promise<readonly LoadedCheck[]>;
  /** A file is gone. */
  forget(path: string): void;
  /** What is imported by the files changed: everything is to be loaded anew. */
  renew(): void;
  check(place: Place, timeoutMs: number): Promise<number>;
  diagnose(place: Place, code: number, timeoutMs: number): Promise<Diagnosis>;
}

/** A check of a file. */
export interface Place {
  readonly path: string;
  readonly name: string;
}

interface CodeRunnerOptions extends RunnerSetting {
  context(): NodeContext;
}

/**
 * Keeps the program of a package going. What is late costs the whole program, as nothing else ends an endless loop; checks that were
 * running beside it are asked again of the next one. A program that ends by itself is started again after a while, each time a longer one.
 */
export class CodeRunner implements HealthRunner {
  readonly #options: CodeRunnerOptions;
  readonly #files = new Map<string, string>();
  #process: Promise<RunnerProcess> | undefined;
  #going: RunnerProcess | undefined;
  #waitMs = FIRST_WAIT_MS;
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(options: CodeRunnerOptions) {
    this.#options = options;
  }

  async load(path: string, revision: string): Promise<readonly LoadedCheck[]> {
    const loaded = await this.#twice((process) => this.#loadIn(process, path, revision));
    this.#files.set(path, revision);
    return loaded;
  }

  forget(path: string): void {
    this.#files.delete(path);
    if (this.#files.size === 0) this.renew();
  }

  renew(): void {
    this.#files.clear();
    this.#end();
  }

  async check(place: Place, timeoutMs: number): Promise<number> {
    const context = this.#options.context();
    return (await this.#ask({ do: 'check', path: place.path, name: place.name, context }, timeoutMs)) as number;
  }

  async diagnose(place: Place, code: number, timeoutMs: number): Promise<Diagnosis> {
    const context = this.#options.context();
    const request = { do: 'diagnose', path: place.path, name: place.name, code, context } as const;
    return (await this.#ask(request, timeoutMs)) as Diagnosis;
  }

  [Symbol.dispose](): void {
    this.#notBefore = Number.POSITIVE_INFINITY;
    this.#end();
  }

  #ask(request: RunnerRequest, timeoutMs: number): Promise<unknown> {
    return this.#twice((process) => process.ask(request, timeoutMs));
  }

  /** A program that is ended because of another check is no fault of this one, so that it is asked of the next. */
  async #twice<T>(ask: (process: RunnerProcess) => Promise<T>): Promise<T> {
    const process = await this.#ready();
    try {
      return await ask(process);
    } catch (error) {
      if (!(error instanceof RunnerGone && error.isWanted)) throw error;
      return await ask(await this.#ready());
    }
  }

  #ready(): Promise<RunnerProcess> {
    if (this.#going && !this.#going.isOver) return this.#process ?? this.#start();
    if (this.#process && !this.#going) return this.#process;
    return this.#start();
  }

  #start(): Promise<RunnerProcess> {
    const { clock } = this.#options;
    const left = this.#notBefore - clock.now();
    if (left > 0) {
      const when = Number.isFinite(left) ? `starts again in ${Math.ceil(left / 1_000)} s` : 'is not at work any more';
      return Promise.reject(new RunnerGone(`the program of the package ended, and ${when}`, 'own'));
    }
    const process = new RunnerProcess(this.#options);
    this.#going = process;
    const started = clock.now();
    void process.ended.then((reason) => this.#ended(process, reason, started));
    this.#process = this.#loadAll(process);
    return this.#process;
  }

  async #loadAll(process: RunnerProcess): Promise<RunnerProcess> {
    for (const [path, revision] of this.#files) {
      if (process.isOver) break;
      // A file that does not load any more says so when one of its checks is asked for.
      await this.#loadIn(process, path, revision).catch(() => {});
    }
    return process;
  }

  async #loadIn(process: RunnerProcess, path: string, revision: string): Promise<readonly LoadedCheck[]> {
    try {
      return (await process.ask({ do: 'load', path, revision }, LOAD_MS)) as readonly LoadedCheck[];
    } catch (error) {
      if (error instanceof RunnerLate) throw new RunnerFault(`is not loaded after ${LOAD_MS / 1_000} s`);
      throw error;
    }
  }

  #ended(process: RunnerProcess, reason: string, started: number): void {
    if (this.#going === process) {
      this.#going = undefined;
      this.#process = undefined;
    }
    if (process.isWanted) return;
    const { clock, log } = this.#options;
    if (clock.now() - started > SETTLED_MS) this.#waitMs = FIRST_WAIT_MS;
    this.#notBefore = Math.max(this.#notBefore, clock.now() + this.#waitMs);
    log.warn({ reason, printed: process.printed, wait_ms: this.#waitMs }, 'the program of a health package ended');
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
  }

  #end(): void {
    const going = this.#going;
    this.#going = undefined;
    this.#process = undefined;
    going?.[Symbol.dispose]();
  }
}
