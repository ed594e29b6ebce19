import { incidentId } from '../../../src/alerts/nodes/incident.ts';
import { NodeWatch } from '../../../src/alerts/nodes/node-watch.ts';
import { OwnNotices } from '../../../src/alerts/nodes/own-notices.ts';
import { Bus } from '../../../src/base/bus.ts';
import type { Alert, Problem } from '../../../src/model/alert.ts';
import type { AgentEvent } from '../../../src/model/event.ts';
import type { Member, Notice } from '../../../src/model/member.ts';
import { ALERT } from '../../support/alert.ts';
import { SimulatedClock } from '../../support/clock.ts';
import { member } from '../../support/nodes.ts';
import { memoryShelf } from '../../support/shelf.ts';

/** A death is seen so long after it happened, by each node a little later. */
const DETECT_MS = 5_000;
/** What a node says of itself is heard so much later. */
const GOSSIP_MS = 200;
/** A message leaves so long after there was an alert. */
const SEND_MS = 2_000;

/** Ids as in the table of who is responsible for whom. */
export const idOf = (digit: number): string =>
  [8, 4, 3, 3, 12].map((length, part) => ['', '', '4', '8', ''][part] + String(digit).repeat(length)).join('-');

/** A message that reached people. */
export interface Sent {
  readonly at: number;
  readonly by: number;
  readonly about: string;
  readonly state: string;
}

/** How a node of the simulated zone is. */
interface Sim {
  readonly digit: number;
  isUp: boolean;
  incarnation: number;
  notices: Map<string, Notice>;
  readonly shelf: ReturnType<typeof memoryShelf>;
  bus: Bus<AgentEvent>;
  members: Map<string, Member>;
  watch: NodeWatch | undefined;
  /** Who takes its messages; one that hangs never answers. */
  handler: 'works' | 'hangs' | 'muted';
  readonly open: Map<string, { readonly problem: Problem; wasSent: boolean }>;
}

/** Nodes that watch each other, with a gossip and a pipeline of alerts that are as simple as can be, in virtual time. */
export class Zone {
  readonly clock = new SimulatedClock();
  readonly sent: Sent[] = [];
  readonly problems: Problem[] = [];
  readonly #nodes = new Map<number, Sim>();
  /** On which side of a cut each node is. */
  #sides = new Map<number, number>();
  areSerfNodesTold = true;

  private constructor() {}

  /** So many nodes that all see each other. */
  static async of(count: number, kinds: Readonly<Record<number, Partial<Member>>> = {}): Promise<Zone> {
    const zone = new Zone();
    for (let digit = 1; digit <= count; digit += 1) {
      const handler = 'works' as const;
      const [bus, members] = [new Bus<AgentEvent>(fail), new Map<string, Member>()];
      const sim: Sim = {
        digit,
        isUp: false,
        incarnation: 1,
        notices: new Map(),
        shelf: memoryShelf(),
        bus,
        members,
        watch: undefined,
        handler,
        open: new Map(),
      };
      zone.#nodes.set(digit, sim);
    }
    for (const digit of zone.#nodes.keys()) {
      for (const sim of zone.#nodes.values()) sim.members.set(idOf(digit), zone.#memberOf(digit, kinds[digit]));
    }
    for (const digit of zone.#nodes.keys()) await zone.#boot(digit);
    await zone.run(1);
    return zone;
  }

  node(digit: number): Sim {
    const sim = this.#nodes.get(digit);
    if (!sim) throw new Error(`there is no node ${digit}`);
    return sim;
  }

  async run(seconds: number): Promise<void> {
    await this.clock.runAsync(seconds * 1_000);
  }

  /** Ends a node at once; the others see it later. */
  kill(digit: number): void {
    const sim = this.node(digit);
    sim.isUp = false;
    sim.watch?.[Symbol.dispose]();
    sim.watch = undefined;
    this.#whenSeen(digit, () => !sim.isUp, 'dead');
  }

  /** Starts a node again, with what it had on disk. */
  async start(digit: number): Promise<void> {
    const sim = this.node(digit);
    sim.incarnation += 1;
    sim.notices = new Map();
    sim.bus = new Bus<AgentEvent>(fail);
    for (const [id, known] of sim.members) {
      const other = Number(id[0]);
      const { isUp } = this.node(other);
      sim.members.set(id, { ...known, state: isUp ? 'alive' : 'dead', settled: isUp ? 'alive' : 'dead' });
    }
    await this.#boot(digit);
    this.clock.after(500, () => this.#showAll(digit, 'alive'));
  }

  /** A node goes on purpose. */
  leave(digit: number): void {
    const sim = this.node(digit);
    sim.isUp = false;
    sim.watch?.[Symbol.dispose]();
    sim.watch = undefined;
    this.clock.after(GOSSIP_MS, () => this.#showAll(digit, 'left'));
  }

  /** Cuts the zone: nodes of different sides see each other dying. */
  cut(...sides: readonly (readonly number[])[]): void {
    this.#sides = new Map(sides.flatMap((side, number) => side.map((digit) => [digit, number] as const)));
    for (const digit of this.#nodes.keys()) this.#whenSeen(digit, (by) => this.#isCut(by, digit), 'dead');
  }

  /** All see each other again. */
  heal(): void {
    this.#sides = new Map();
    for (const digit of this.#nodes.keys()) {
      this.#whenSeen(digit, () => this.node(digit).isUp, 'alive');
      this.#gossip(digit);
    }
  }

  /** What a node says of its handlers. */
  setTakes(digit: number, takesNodeAlerts: boolean): void {
    for (const sim of this.#nodes.values()) {
      const known = sim.members.get(idOf(digit));
      if (known) sim.members.set(idOf(digit), { ...known, takesNodeAlerts });
    }
  }

  /** A node hears nobody, or hears others again. */
  isolate(digit: number, isolated: boolean): void {
    this.node(digit).bus.emit({ type: 'isolated', isolated });
  }

  /** Lets one node see a change of another. */
  show(by: number, digit: number, change: Partial<Member>): void {
    const sim = this.node(by);
    const before = sim.members.get(idOf(digit));
    if (!before) return;
    const after = { ...before, settled: change.state ?? before.settled, ...change };
    sim.members.set(idOf(digit), after);
    const type = (
      { alive: 'member-alive', suspect: 'member-suspect', dead: 'member-failed', left: 'member-leave' } as const
    )[after.state];
    sim.bus.emit({ type, member: after, before });
  }

  #memberOf(digit: number, over: Partial<Member> = {}): Member {
    return member(idOf(digit), { name: `node-${digit}`, takesNodeAlerts: true, ...over });
  }

  async #boot(digit: number): Promise<void> {
    const sim = this.node(digit);
    sim.isUp = true;
    const notices = await OwnNotices.open({
      shelf: sim.shelf,
      now: () => this.clock.wall(),
      publish: (incident, notice) => {
        if (notice) sim.notices.set(incident, notice);
        else sim.notices.delete(incident);
        this.#gossip(digit);
      },
    });
    const self = () => sim.members.get(idOf(digit)) ?? this.#memberOf(digit);
    const membership = {
      get self() {
        return self();
      },
      members: sim.members,
    };
    const settings = () => ({ graceMs: 30_000, areSerfNodesTold: this.areSerfNodesTold });
    sim.watch = new NodeWatch({
      bus: sim.bus,
      clock: this.clock,
      membership,
      notices,
      settings,
      why: () => 'it was silent',
    });
    sim.bus.on('problem-change', ({ problem }) => this.#raised(sim, problem));
  }

  /** A pipeline: a message some time after the problem, another when it is over and the first was sent. */
  #raised(sim: Sim, problem: Problem): void {
    this.problems.push(problem);
    const key = `${problem.kind} ${problem.node?.uuid ?? ''} ${problem.name}`;
    if (problem.severity !== 'ok') sim.open.set(key, { problem, wasSent: false });
    const known = sim.open.get(key);
    const alert = alertOf(problem, sim);
    if (sim.handler === 'muted')
      sim.bus.emit({ type: 'alert-change', action: 'silenced', alert: { ...alert, silenced: ['s'] } });
    if (problem.severity === 'ok') sim.open.delete(key);
    const wasTold = known?.wasSent === true || problem.toldElsewhere?.includes('mail') === true;
    if (problem.isClosed || (problem.severity === 'ok' && !wasTold)) return;
    const { watch } = sim;
    this.clock.after(SEND_MS, () => {
      const isOver = problem.severity !== 'ok' && sim.open.get(key) !== known;
      if (isOver || sim.watch !== watch || sim.handler !== 'works') return;
      this.sent.push({
        at: this.clock.now(),
        by: sim.digit,
        about: problem.node?.name ?? problem.output,
        state: problem.state,
      });
      if (known) known.wasSent = true;
      sim.bus.emit({ type: 'alert-change', action: 'notified', alert });
    });
  }

  #gossip(digit: number): void {
    const { notices } = this.node(digit);
    const said = new Map(notices);
    for (const by of this.#nodes.keys()) {
      this.clock.after(by === digit ? 0 : GOSSIP_MS, () => this.#hear(by, digit, said));
    }
  }

  #hear(by: number, digit: number, notices: Map<string, Notice>): void {
    const sim = this.node(by);
    const before = sim.members.get(idOf(digit));
    if (!before || (by !== digit && (this.#isCut(by, digit) || !this.node(digit).isUp))) return;
    const after = { ...before, notices };
    sim.members.set(before.id, after);
    sim.bus.emit({ type: 'record-change', part: 'base', member: after, before });
  }

  #isCut(a: number, b: number): boolean {
    return this.#sides.get(a) !== this.#sides.get(b);
  }

  #whenSeen(digit: number, isStill: (by: number) => boolean, state: 'alive' | 'dead'): void {
    for (const by of this.#nodes.keys()) {
      if (by === digit) continue;
      this.clock.after(DETECT_MS + by * 37, () => {
        const { incarnation } = this.node(digit);
        if (isStill(by) && this.node(by).isUp && !(state === 'alive' && this.#isCut(by, digit)))
          this.show(by, digit, { state, incarnation });
      });
    }
  }

  #showAll(digit: number, state: 'alive' | 'left'): void {
    const { incarnation } = this.node(digit);
    for (const by of this.#nodes.keys())
      if (by !== digit && this.node(by).isUp) this.show(by, digit, { state, incarnation });
  }
}

const alertOf = ({ kind, node, name, incident }: Problem, { digit }: Sim): Alert => ({
  ...ALERT,
  kind,
  name,
  node: node ?? { ...ALERT.node, uuid: idOf(digit) },
  id: kind === 'node' ? incidentId(node?.uuid ?? '', Number(incident)) : 'other',
  notified: new Map([['mail', { state: 'sent', at: 0, count: 1 }]]),
});

const fail = (error: unknown): never => {
  throw error;
};
