import type { Bus } from '../base/bus.ts';
import type { AgentEvent } from '../model/event.ts';
import type { Pool } from './pool.ts';

/** The pool of this node, whichever that is: a node that changes its zone leaves one pool and goes to another. */
export class SwitchablePool implements AsyncDisposable {
  readonly #bus: Bus<AgentEvent>;
  #current: Pool;
  /** Always the present pool, for everybody who holds on to it. */
  readonly pool: Pool;

  constructor(first: Pool, bus: Bus<AgentEvent>) {
    this.#bus = bus;
    this.#current = first;
    this.pool = follower(() => this.#current);
  }

  /**
   * Leaves the present pool, closes it, and goes to the one that `open` gives; the members of the old one are told as gone for good. When
   * that cannot be opened, the node is in no pool and this fails.
   */
  async replace(open: () => Promise<Pool>): Promise<void> {
    const before = this.#current;
    await before.leave();
    const others = [...before.members.values()].filter(({ id }) => id !== before.self.id);
    await before[Symbol.asyncDispose]();
    this.#current = await open();
    for (const member of others) {
      if (!this.#current.members.has(member.id)) this.#bus.emit({ type: 'member-reap', member, before: member });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#current[Symbol.asyncDispose]();
  }
}

/** Passes everything on to what is there now. It follows the type by itself: a pool can do many things, and all of them alike. */
function follower(current: () => Pool): Pool {
  return new Proxy(current(), {
    get(_, name) {
      const now = current();
      const value: unknown = Reflect.get(now, name, now);
      return typeof value === 'function' ? value.bind(now) : value;
    },
  });
}
