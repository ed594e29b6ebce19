import { expect, test } from 'vitest';
import { Alone } from '../../src/agent/alone.ts';
import type { Pool } from '../../src/agent/pool.ts';
import { SwitchablePool } from '../../src/agent/switchable-pool.ts';
import { Bus } from '../../src/base/bus.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import type { Member } from '../../src/model/member.ts';
import { SimulatedClock } from '../support/clock.ts';
import { member } from '../support/nodes.ts';

const bus = () =>
  new Bus<AgentEvent>((error) => {
    throw error;
  });

const facts = (zone: string) => ({ id: 'self', name: 'me', displayName: '', zone, address: '127.0.0.1', version: '1' });

/** A pool of this node and others, which notes what happens to it. */
class Company extends Alone {
  readonly #others: readonly Member[];
  readonly #done: string[];
  readonly #zone: string;

  constructor(zone: string, others: readonly Member[], done: string[]) {
    super(facts(zone), new SimulatedClock(), bus());
    this.#zone = zone;
    this.#others = others;
    this.#done = done;
  }

  override get members(): ReadonlyMap<string, Member> {
    return new Map([this.self, ...this.#others].map((each) => [each.id, each]));
  }

  override async leave(): Promise<void> {
    this.#done.push(`leave ${this.#zone}`);
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    this.#done.push(`close ${this.#zone}`);
  }
}

test('who holds on to the pool is in the other one after the node went there', async () => {
  const done: string[] = [];
  const events = bus();
  events.on('member-reap', ({ member: gone }) => done.push(`gone ${gone.id}, now in ${held.self.zone}`));
  const switchable = new SwitchablePool(new Company('internet', [member('a'), member('b')], done), events);
  const held: Pool = switchable.pool;
  expect([held.self.zone, held.members.size]).toEqual(['internet', 3]);

  await switchable.replace(async () => {
    done.push('open lan');
    return new Company('lan', [member('b')], done);
  });
  expect([held.self.zone, [...held.members.keys()]]).toEqual(['lan', ['self', 'b']]);
  held.setGroups(['kv']);
  expect(held.self.groups).toEqual(['kv']);
  expect(done).toEqual(['leave internet', 'close internet', 'open lan', 'gone a, now in lan']);

  await switchable[Symbol.asyncDispose]();
  expect(done.at(-1)).toBe('close lan');
});

test('a pool that cannot be opened is an error, and what was known is still there', async () => {
  const switchable = new SwitchablePool(new Company('internet', [member('a')], []), bus());
  await expect(switchable.replace(() => Promise.reject(new Error('port taken')))).rejects.toThrow('port taken');
  expect(switchable.pool.self.name).toBe('me');
});
