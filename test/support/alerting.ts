import type { AlertTraits } from '../../src/alerts/alert-traits.ts';
import { AlertsOfBook } from '../../src/alerts/alerts-of-book.ts';
import type { GatheringZone } from '../../src/alerts/gathering.ts';
import type { Attempt } from '../../src/alerts/handler-queue.ts';
import { conditionTest } from '../../src/alerts/mutes/fits.ts';
import { Pipeline } from '../../src/alerts/pipeline.ts';
import { wishesOf } from '../../src/alerts/wishes.ts';
import { seeded } from '../../src/base/random.ts';
import { type AlertingSettings, alerting } from '../../src/config/alerting-schema.ts';
import type { Alert, AlertNode, Message, Muted, Mutes } from '../../src/model/alert.ts';
import type { CheckRecord, CheckState } from '../../src/model/check.ts';
import type { AlertEventAction } from '../../src/model/event.ts';
import type { YamlMap } from '../../src/model/pack.ts';
import { PENDING_RECORD } from './check.ts';
import { SimulatedClock } from './clock.ts';
import { memoryShelf } from './shelf.ts';

/** The settings that are written, with the defaults of the others. */
export const settingsOf = (written: object = {}): AlertingSettings => alerting.parse(written);

/** Silences that a test sets and lifts. */
export class TestMutes implements Mutes {
  readonly #listeners = new Set<() => void>();
  readonly #silenced = new Map<string, Muted>();

  of({ name }: Alert): Muted {
    return this.#silenced.get(name) ?? { silences: [], maintenance: null, isEndMuted: false };
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Silences the alerts of one check, or with `undefined` lifts that. */
  set(name: string, muted: Partial<Muted> | undefined): void {
    if (muted) this.#silenced.set(name, { silences: [], maintenance: null, isEndMuted: false, ...muted });
    else this.#silenced.delete(name);
    for (const listener of this.#listeners) listener();
  }

  /** Lifts all of them; nobody is told when there are none. */
  clear(): void {
    if (this.#silenced.size === 0) return;
    this.#silenced.clear();
    for (const listener of this.#listeners) listener();
  }
}

/** A message as it came to a handler. */
export interface Arrived {
  readonly handler: string;
  readonly at: number;
  readonly message: Message;
}

const TRAITS: AlertTraits = { severityMap: new Map(), labels: new Map(), runbook: '', repair: [] };

interface Setting {
  readonly settings?: object;
  readonly handlers?: Readonly<Record<string, YamlMap>>;
  /** What an attempt comes to; delivered when left out. */
  readonly attempt?: (handler: string, message: Message) => Attempt | Promise<Attempt>;
  /** The other nodes, and the clock that all of them have; left out where there is no zone. */
  readonly zone?: Omit<GatheringZone, 'shelf'>;
  readonly clock?: SimulatedClock;
}

/** A pipeline in simulated time, with what came to its handlers; it can be ended as by a kill and goes on with what was on disk. */
export class AlertingWorld {
  readonly clock: SimulatedClock;
  readonly mutes = new TestMutes();
  shelves = { alerts: memoryShelf(), messages: memoryShelf(), gathered: memoryShelf() };
  readonly arrived: Arrived[] = [];
  readonly events: { readonly action: AlertEventAction; readonly alert: Alert }[] = [];
  readonly failing: (readonly [string, string])[] = [];
  readonly #setting: Setting;
  readonly #checks = new Map<string, CheckRecord>();
  node: AlertNode = {
    ...{ uuid: '11111111-1111-4111-8111-111111111111', name: 'db-1', displayName: '', address: '10.0.0.1' },
    ...{ zone: 'lan', groups: ['linux', 'mysql'] },
  };
  pipeline: Pipeline;

  constructor(setting: Setting = {}) {
    this.#setting = setting;
    this.clock = setting.clock ?? new SimulatedClock();
    this.pipeline = this.#make();
  }

  /** A world whose pipeline has started. */
  static async begun(setting: Setting = {}): Promise<AlertingWorld> {
    const world = new AlertingWorld(setting);
    await world.pipeline.load();
    world.pipeline.start();
    return world;
  }

  /** The process is asked to stop, does, and starts anew. */
  async stopAndStart(): Promise<void> {
    await this.pipeline.stop();
    await this.restart();
  }

  /** The process is killed and starts anew. */
  async restart(): Promise<void> {
    void this.pipeline.stop();
    // What a dead process still does reaches no disk.
    this.shelves = {
      alerts: memoryShelf(this.shelves.alerts.content),
      messages: memoryShelf(this.shelves.messages.content),
      gathered: memoryShelf(this.shelves.gathered.content),
    };
    this.pipeline = this.#make();
    await this.pipeline.load();
    this.pipeline.start();
    for (const check of this.#checks.values()) {
      this.pipeline.check({ check, before: check.hardState, traits: TRAITS, isKnown: true });
    }
  }

  /** A check comes to a confirmed state. */
  check(id: string, state: CheckState, change: Partial<CheckRecord> = {}, traits: Partial<AlertTraits> = {}): void {
    const last = this.#checks.get(id);
    const { suppressedBy = [], isWaiting = false, flapping = false } = last ?? {};
    const check: CheckRecord = {
      ...PENDING_RECORD,
      ...{ id, packName: id.split('/')[0] ?? '', displayName: id, state, hardState: state, hard: true },
      ...{ output: `it is ${state}`, suppressedBy, isWaiting, flapping },
      ...change,
    };
    this.#checks.set(id, check);
    this.pipeline.check({ check, before: last?.hardState ?? 'ok', traits: { ...TRAITS, ...traits } });
  }

  /** The first result of a check. */
  first(id: string, state: CheckState): void {
    const check: CheckRecord = { ...PENDING_RECORD, id, packName: 'linux', state, hardState: state };
    this.#checks.set(id, check);
    this.pipeline.check({ check, before: 'pending', traits: TRAITS });
  }

  /** What is said of a check beside its state changes. */
  change(id: string, change: Partial<CheckRecord>): void {
    const state = this.#checks.get(id)?.hardState ?? 'ok';
    this.check(id, state === 'pending' ? 'ok' : state, change);
  }

  get alerts(): AlertsOfBook {
    return new AlertsOfBook({ pipeline: this.pipeline, mutes: this.mutes, clock: this.clock, node: () => this.node });
  }

  /** What came to a handler, as `action state` of each alert. */
  told(handler = 'ops'): string[] {
    const mine = this.arrived.filter((each) => each.handler === handler);
    return mine.flatMap(({ message }) => message.alerts.map(({ state }) => `${message.action} ${state}`));
  }

  /** The messages that came to a handler. */
  messages(handler = 'ops'): Message[] {
    return this.arrived.filter((each) => each.handler === handler).map(({ message }) => message);
  }

  async minutes(count: number): Promise<void> {
    await this.clock.runAsync(count * 60_000);
  }

  #make(): Pipeline {
    const { settings = {}, handlers = { ops: {} }, attempt, zone } = this.#setting;
    const { clock, mutes, shelves } = this;
    const pipeline = new Pipeline(
      {
        ...{ clock, mutes, shelves, random: seeded(1) },
        ...(zone && { zone: { ...zone, shelf: shelves.gathered } }),
        compile: (text) => conditionTest(text, { functions: new Map(), clock }),
        node: () => this.node,
        sender: () => ({ uuid: this.node.uuid, name: this.node.name, zone: 'lan', version: '1' }),
        attempt: async (handler, message) => {
          const outcome = (await attempt?.(handler, message)) ?? { type: 'delivered', remark: '' };
          if (outcome.type === 'delivered') this.arrived.push({ handler, message, at: clock.wall() });
          return outcome;
        },
        tell: (action, alert) => this.events.push({ action, alert }),
        failing: (handler, error) => this.failing.push([handler, error]),
      },
      settingsOf(settings),
    );
    for (const [id, fields] of Object.entries(handlers)) pipeline.telling.setHandler(id, wishesOf(fields));
    return pipeline;
  }
}
