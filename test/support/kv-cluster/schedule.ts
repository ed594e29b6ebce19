import { Clients } from './clients.ts';
import { Cluster, FINE } from './cluster.ts';
import { faultsInTheEnd, faultsOnTheWay } from './history.ts';

/** What may go wrong in a run. */
export type Trouble = 'crash' | 'cut' | 'full' | 'ring' | 'weather' | 'wipe';

export interface Plan {
  readonly seed: number;
  readonly troubles: readonly Trouble[];
  readonly steps: number;
  /** Messages are sent as values, which is faster, unless bytes are asked for. */
  readonly carries?: Cluster['carries'];
}

/** The mixtures of trouble that runs are made with, and what to call them. */
export const MIXTURES: readonly (readonly [string, readonly Trouble[]])[] = [
  ['no trouble', []],
  ['crashes', ['crash']],
  ['a bad network', ['weather']],
  ['ring changes', ['ring']],
  ['crashes, ring changes and a bad network', ['crash', 'ring', 'weather']],
  ['partitions', ['cut']],
  ['crashes and lost disks', ['crash', 'wipe']],
  ['full disks', ['full']],
  ['full disks, crashes and ring changes', ['full', 'crash', 'ring']],
  ['everything but lost disks', ['crash', 'cut', 'ring', 'weather']],
];

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const KEYS = ['k0', 'k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7'];
const STEP_MS = 1_000;
const ASKED_PER_STEP = 8;
/** Longer than it takes to find out that all are there, to fill, and to compare with everybody. */
const QUIET_MS = 60_000;

/** What was found wrong in a run that follows from its seed, and the run itself to look at. */
export async function runPlan({ seed, troubles, steps, carries = 'values' }: Plan) {
  using cluster = new Cluster(seed, NAMES, NAMES.slice(0, 4), 3_000);
  cluster.carries = carries;
  const clients = new Clients(cluster, KEYS);
  const trouble = new Troubles(cluster, troubles);
  await cluster.pass(10_000);
  for (let step = 0; step < steps; step += 1) {
    trouble.step();
    for (let asked = 0; asked < ASKED_PER_STEP; asked += 1) {
      clients.ask();
      await cluster.pass(STEP_MS / ASKED_PER_STEP);
    }
  }
  trouble.end();
  await cluster.pass(QUIET_MS);
  const held = new Map(NAMES.map((name) => [name, cluster.held(name)] as const));
  const owners = (key: string) => cluster.node('a').ownersOf(key);
  const faults = [...faultsInTheEnd(clients.events, held, owners), ...unsettled(cluster)];
  const isCalm = !troubles.includes('cut') && !troubles.includes('wipe');
  return { faults: isCalm ? [...faults, ...faultsOnTheWay(clients.events)] : faults, events: clients.events };
}

function unsettled(cluster: Cluster): readonly string[] {
  return NAMES.flatMap((name) => {
    const { phase, isSettled, members, unseen } = cluster.node(name).standing;
    const isRight = phase === 'running' && isSettled && members.join() === [...cluster.ring].sort().join();
    return isRight ? [] : [`${name} is ${phase}, knows ${members}, settled: ${isSettled}, unseen: ${unseen}`];
  });
}

/** Makes trouble, one at a time of each kind, and ends it again. */
class Troubles {
  readonly #cluster: Cluster;
  readonly #kinds: readonly Trouble[];
  #down: string | undefined;
  #full: string | undefined;
  /** A node whose disk was lost is one copy less until it has everything again. */
  #wiped: string | undefined;

  constructor(cluster: Cluster, kinds: readonly Trouble[]) {
    this.#cluster = cluster;
    this.#kinds = kinds;
  }

  step(): void {
    for (const kind of this.#kinds) if (this.#cluster.random() < 0.25) this.#toggle(kind);
  }

  end(): void {
    this.#cluster.heal();
    this.#cluster.weather = FINE;
    if (this.#full !== undefined) this.#fill();
    for (const name of NAMES) this.#cluster.start(name);
  }

  #toggle(kind: Trouble): void {
    const random = () => this.#cluster.random();
    switch (kind) {
      case 'crash':
        this.#crash();
        break;
      case 'full':
        this.#fill();
        break;
      case 'wipe':
        this.#wipe();
        break;
      case 'cut':
        if (random() < 0.5) this.#cluster.heal();
        else this.#cluster.cut(new Map(NAMES.map((name) => [name, random() < 0.4 ? 1 : 0] as const)));
        break;
      case 'ring':
        this.#changeRing();
        break;
      case 'weather':
        this.#cluster.weather =
          random() < 0.5 ? FINE : { loss: random() * 0.2, twice: random() * 0.2, late: random() * 0.2 };
    }
  }

  /** One at a time is down, and the next one not before all is well again. */
  #crash(): void {
    if (this.#down !== undefined) {
      this.#cluster.start(this.#down);
      this.#down = undefined;
    } else if (this.#isWell()) {
      this.#down = this.#any();
      this.#cluster.crash(this.#down);
    }
  }

  /** One disk at a time is full. */
  #fill(): void {
    const name = this.#full ?? this.#any();
    this.#cluster.setRoom(name, this.#full === undefined ? 'none' : 'enough');
    this.#full = this.#full === undefined ? name : undefined;
  }

  #wipe(): void {
    if (this.#wiped !== undefined || this.#down === undefined) return;
    this.#wiped = this.#down;
    this.#cluster.wipe(this.#down);
  }

  #changeRing(): void {
    if (!this.#isWell() && !this.#kinds.includes('cut')) return;
    const ring = new Set(this.#cluster.ring);
    const name = this.#any();
    if (!ring.delete(name)) ring.add(name);
    if (ring.size >= 3) this.#cluster.setRing(ring);
  }

  #isWell(): boolean {
    const { up, ring } = this.#cluster;
    return (
      up.length === NAMES.length &&
      up.every(
        (name) =>
          this.#cluster.node(name).standing.isSettled && this.#cluster.node(name).standing.members.length === ring.size,
      )
    );
  }

  #any(): string {
    return NAMES[Math.floor(this.#cluster.random() * NAMES.length)] ?? 'a';
  }
}
