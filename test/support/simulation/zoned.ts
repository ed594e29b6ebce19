import { silent } from '../../../src/base/log.ts';
import type { Effect, Input } from '../../../src/gossip/core/effect.ts';
import { Directory } from '../../../src/gossip/directory.ts';
import { Border } from '../../../src/gossip/zones/border.ts';
import type { ZoneWays } from '../../../src/gossip/zones/zone-place.ts';
import type { ZoneTree } from '../../../src/model/zone-tree.ts';
import { SimulatedClock } from '../clock.ts';
import { Simulation } from '../simulation.ts';
import { Wire } from './wire.ts';

/** A zone of a simulation. */
interface ZoneSize {
  readonly name: string;
  readonly members: number;
  /** The first ones of them are proxies. */
  readonly proxies: number;
}

interface ZonedOptions {
  readonly seed: number;
  readonly tree: ZoneTree;
  readonly zones: readonly ZoneSize[];
  /** Counts what each member sends. */
  readonly measured?: boolean;
  /** Leaves out the checks of what must always hold. */
  readonly unchecked?: boolean;
}

/** A zone with its pool, whose members are named after it. */
interface SimulatedZone {
  readonly name: string;
  readonly pool: Simulation;
  readonly members: readonly string[];
  readonly proxies: ReadonlyMap<string, Border>;
}

/** Pools of zones in one virtual time, each of real cores, linked by proxies with the real borders over simulated connections. */
export class ZonedSimulation {
  readonly clock = new SimulatedClock();
  readonly wires: Wire[] = [];
  /** Told of everything that a member wants done, before it is done. */
  noticed: (by: string, effect: Effect) => void = () => {};
  readonly #options: ZonedOptions;
  readonly #zones = new Map<string, SimulatedZone>();
  /** By where it listens for peers. */
  readonly #doors = new Map<string, Border>();

  /** Its pools have lived for long, but no zone has heard of another. */
  constructor(options: ZonedOptions) {
    this.#options = options;
    for (const [place, zone] of options.zones.entries()) this.#zones.set(zone.name, this.#zone(zone, place));
  }

  zone(name: string): SimulatedZone {
    const zone = this.#zones.get(name);
    if (!zone) throw new Error(`there is no zone ${name}`);
    return zone;
  }

  /** From now on the proxies look for each other: each is told of the proxies of the zone above. */
  link(): void {
    for (const { name, proxies } of this.#zones.values()) {
      const parent = this.#options.tree.parentOf(name);
      const above = parent === undefined ? undefined : this.zone(parent);
      const places = [...(above?.proxies.keys() ?? [])].flatMap((proxy) => above?.pool.core(proxy).self ?? []);
      const known = places.map(({ name: id, address, port }) => ({ id: `id-${id}`, address, port }));
      for (const border of proxies.values()) {
        if (parent !== undefined) border.take({ type: 'neighbours', zone: parent, proxies: known });
        border.start();
      }
    }
  }

  /** Lets time go by; promises settle in between. */
  async run(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
      this.clock.run(Math.min(STEP_MS, ms - passed));
    }
  }

  /** Lets time go by until a condition holds; answers after how many milliseconds, or not a number when it never does. */
  async runUntil(holds: () => boolean, limitMs: number): Promise<number> {
    for (let waited = 0; waited <= limitMs; waited += STEP_MS) {
      if (holds()) return waited;
      await this.run(STEP_MS);
    }
    return Number.NaN;
  }

  #zone({ name, members: size, proxies: count }: ZoneSize, place: number): SimulatedZone {
    const { seed, tree, measured, unchecked } = this.#options;
    const address = `10.0.${place}.1`;
    const isVisible: ZoneWays['isVisible'] = (node) => node.zone !== name && tree.isVisible(name, node);
    const pool = new Simulation({
      seed: seed + place,
      among: { clock: this.clock, zone: name, address, isVisible },
      ...(measured && { measured }),
      ...(unchecked && { unchecked }),
    });
    const members = pool.addPrimed(size, `${name}-`, count);
    const guards = members.slice(0, count).map((proxy) => [proxy, this.#guard(pool, name, proxy)] as const);
    const ears = new Map(guards.map(([proxy, { take }]) => [proxy, take]));
    pool.noticed = (by, effect) => {
      this.noticed(by, effect);
      ears.get(by)?.(effect);
    };
    return { name, pool, members, proxies: new Map(guards.map(([proxy, { border }]) => [proxy, border])) };
  }

  /** What a proxy has beside its core. */
  #guard(pool: Simulation, zone: string, name: string): { border: Border; take: (effect: Effect) => void } {
    const core = pool.core(name);
    const directory = new Directory(core, { clock: this.clock, zone });
    for (const node of core.nodes.values()) directory.onMember({ type: 'member', change: 'member-join', node });
    const border = new Border({
      id: `id-${name}`,
      zone,
      isProxy: true,
      clock: this.clock,
      log: silent,
      ways: this.#ways(zone),
      core,
      directory,
      step: (input: Input) => pool.give(name, input),
      tell: () => {},
      count: () => {},
    });
    this.#doors.set(`${core.self.address}:${core.self.port}`, border);
    const take = (effect: Effect) => {
      if (effect.type === 'member') directory.onMember(effect);
      else if (effect.type === 'record') directory.onRecord(effect);
      border.take(effect);
    };
    return { border, take };
  }

  #ways(zone: string): ZoneWays {
    const { tree } = this.#options;
    return {
      place: {
        parent: tree.parentOf(zone),
        isChild: (other) => tree.parentOf(other) === zone,
        isWithin: (other, top) => other === top || tree.ancestors(other).includes(top),
      },
      isVisible: (node) => node.zone !== zone && tree.isVisible(zone, node),
      seeds: [],
      peerPort: 0,
      open: async ({ address, port }) => {
        const door = this.#doors.get(`${address}:${port}`);
        if (!door) throw new Error('nobody listens there');
        const wire = new Wire(this.clock);
        this.wires.push(wire);
        door.accept(wire.ends[1], zone);
        return wire.ends[0];
      },
    };
  }
}

const STEP_MS = 10;
