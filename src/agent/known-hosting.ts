import type { Clock } from '../base/clock.ts';
import type { Host } from '../net/host.ts';
import { type HostingState, surveyHosting } from '../plugins/hosting.ts';
import type { HostingDriver } from '../plugins/kinds.ts';
import { withRemembered } from './hosting-memory.ts';

/** How long the start of the agent waits for hosters. */
const LIMIT_MS = 2_000;
const AGAIN_MS = 300_000;

interface Machine {
  /** Directory where what hosters said is remembered. */
  readonly data: string;
  readonly drivers: Iterable<HostingDriver>;
  readonly host: Host;
  readonly clock: Clock;
}

/** What the hosting drivers say of this machine. Whose metadata service was silent is asked again. */
export class KnownHosting {
  readonly #machine: Machine;
  #states: readonly HostingState[] = [];
  readonly #active = new Set<string>();

  private constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** Asks every driver once; takes at most 2 s. */
  static async ask(machine: Machine): Promise<KnownHosting> {
    const known = new KnownHosting(machine);
    known.#note(await surveyHosting(machine.drivers, machine.host, AbortSignal.timeout(LIMIT_MS)));
    return known;
  }

  /** By layer, then name. */
  get states(): readonly HostingState[] {
    return this.#states;
  }

  /** Names of the drivers of whose kind this machine is; stays the same object and follows what becomes known. */
  get active(): ReadonlySet<string> {
    return this.#active;
  }

  /** The driver that counts. */
  get main(): HostingState | undefined {
    return this.#states.find(({ isActive }) => isActive);
  }

  /**
   * Asks the drivers that could not answer again every five minutes, until each has or the result is disposed of. `found` is called when
   * other drivers are active than before.
   */
  keepAsking(found: () => void): AsyncDisposable {
    const { clock } = this.#machine;
    const stop = new AbortController();
    let timer: Disposable | undefined;
    let going: Promise<void> = Promise.resolve();
    const again = async () => {
      const isOther = await this.#askSilent(stop.signal);
      if (stop.signal.aborted) return;
      plan();
      if (isOther) found();
    };
    const plan = () => {
      if (this.#silent.size === 0) return;
      timer = clock.after(AGAIN_MS, () => {
        going = again();
      });
    };
    plan();
    return {
      async [Symbol.asyncDispose]() {
        timer?.[Symbol.dispose]();
        stop.abort(new Error('the agent stops'));
        await going;
      },
    };
  }

  get #silent(): ReadonlySet<string> {
    return new Set(this.#states.filter(({ reason }) => reason !== '').map(({ name }) => name));
  }

  /** Whether other drivers are active now. */
  async #askSilent(stop: AbortSignal): Promise<boolean> {
    const { drivers, host } = this.#machine;
    const silent = this.#silent;
    const asked = [...drivers].filter(({ name }) => silent.has(name));
    const limit = AbortSignal.any([stop, AbortSignal.timeout(LIMIT_MS)]);
    const answers = new Map((await surveyHosting(asked, host, limit)).map((state) => [state.name, state]));
    if (stop.aborted) return false;
    const before = [...this.#active].join();
    this.#note(this.#states.map((state) => answers.get(state.name) ?? state));
    return before !== [...this.#active].join();
  }

  #note(states: readonly HostingState[]): void {
    this.#states = withRemembered(this.#machine.data, states);
    this.#active.clear();
    for (const { name, isActive } of this.#states) if (isActive) this.#active.add(name);
  }
}
