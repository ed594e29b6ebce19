import { randomUUID } from 'node:crypto';
import type { Agenda } from '../base/agenda.ts';
import type { Clock } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { Shelf } from '../base/shelf.ts';
import type { Alert, AlertNode, Message, Mutes } from '../model/alert.ts';
import type { AlertEventAction } from '../model/event.ts';
import { type Case, isEnded, standOf, toldOf, withTold, withWaiting } from './case.ts';
import { decide, type Standpoint, type Verdict } from './decide.ts';
import { Gathering, type GatheringZone, type Handed } from './gathering.ts';
import { type Attempt, HandlerQueue } from './handler-queue.ts';
import { happened, withHappened } from './happened.ts';
import type { IncidentBook } from './incident-book.ts';
import { type Job, type JobItem, jobFromJson, messageOf } from './job.ts';
import { type Gathered, isOverNodes, MessageGroups, type Together } from './message-groups.ts';
import type { Direction, Way } from './routes.ts';
import { type Ruling, wayTo } from './ruling.ts';
import { StormWatch, stormText } from './storm.ts';
import { refusal, type Wishes, wantsEnd } from './wishes.ts';

/** What telling works with. */
export interface TellingWorld {
  readonly clock: Clock;
  readonly random: Random;
  /** Where messages that wait outlive the process. */
  readonly shelf: Shelf;
  readonly mutes: Mutes;
  readonly agenda: Agenda;
  readonly book: IncidentBook;
  readonly ruling: Ruling;
  /** This node as alerts show it. */
  node(): AlertNode;
  sender(): Message['sender'];
  /** Delivers once; never rejects. */
  attempt(handler: string, message: Message): Promise<Attempt>;
  /** An alert was told, or was given up. */
  tell(action: AlertEventAction, alert: Alert): void;
  /** A handler has delivered nothing for long (`error` says why), or works again. */
  failing(handler: string, error: string): void;
  /** The time has come to look at an alert again. */
  refresh(id: string): void;
  /** The nodes of the zone; left out where there is no zone. */
  readonly zone?: GatheringZone;
}

interface HandlerAtWork {
  readonly id: string;
  wishes: Wishes;
  readonly queue: HandlerQueue;
}

/** A handler and an alert that may be for it. */
interface Match {
  readonly of: Case;
  readonly handler: HandlerAtWork;
  /** `undefined`: it was told before, and no route leads to it any more. */
  readonly way: Way | undefined;
}

/** Nodes that are asked to gather alerts before this one does it by itself. */
const MOST_ASKED = 3;

/** Decides who is told of an alert and when, puts messages together and sees to it that they arrive. */
export class Telling {
  readonly #world: TellingWorld;
  readonly #groups: MessageGroups;
  readonly #storms = new StormWatch();
  readonly #handlers = new Map<string, HandlerAtWork>();
  readonly #restored = new Map<string, Job[]>();
  readonly #gathering: Gathering | undefined;
  #isStarted: boolean = false;

  constructor(world: TellingWorld) {
    this.#world = world;
    this.#groups = new MessageGroups(world.clock, world.agenda, (gathered) => this.#flush(gathered));
    const { clock, zone } = world;
    this.#gathering = zone && new Gathering({ clock, shelf: zone.shelf, add: (job) => this.#addGathered(job) });
  }

  /** Takes back messages from before a restart. */
  async load(): Promise<void> {
    const { shelf } = this.#world;
    for (const [id, kept] of await shelf.load()) {
      const job = jobFromJson(kept);
      if (!job) shelf.delete(id);
      else this.#restored.set(job.handler, [...(this.#restored.get(job.handler) ?? []), job]);
    }
    for (const handler of this.#handlers.values()) this.#giveBack(handler);
    await this.#gathering?.load();
  }

  /** Begins to deliver. */
  start(): void {
    this.#isStarted = true;
    // Messages of handlers that do not exist any more have nowhere to go.
    for (const jobs of this.#restored.values()) for (const { id } of jobs) this.#world.shelf.delete(id);
    this.#restored.clear();
    for (const { queue } of this.#handlers.values()) queue.start();
  }

  /** Takes alerts over from another node of the zone. Throws `not_supported` where there is no zone, and what `Gathering.take` throws. */
  async take(handed: Handed): Promise<void> {
    if (!this.#gathering) throw new OpsbroError('not_supported', 'nothing is gathered here');
    await this.#gathering.take(handed);
  }

  /** Begins nothing more; resolves when what was on its way arrived or did not. */
  async stop(): Promise<void> {
    this.#gathering?.[Symbol.dispose]();
    await Promise.all([...this.#handlers.values()].map(({ queue }) => queue.stop()));
  }

  /** Adds a handler, or changes one, whose messages are then tried at once. */
  setHandler(id: string, wishes: Wishes): void {
    const known = this.#handlers.get(id);
    if (known) {
      known.wishes = wishes;
      known.queue.renew(wishes);
      return;
    }
    const { clock, random, agenda, shelf, failing } = this.#world;
    const queue = new HandlerQueue(id, wishes, {
      ...{ clock, random, agenda, shelf, failing },
      attempt: (job) => this.#attempt(job),
      delivered: (job) => this.#delivered(job),
      missed: (job) => this.#again(job),
      gaveUp: (job) => this.#gaveUp(job),
    });
    const handler = { id, wishes, queue };
    this.#handlers.set(id, handler);
    this.#giveBack(handler);
    if (this.#isStarted) queue.start();
  }

  removeHandler(id: string): void {
    this.#handlers.get(id)?.queue.clear();
    this.#handlers.delete(id);
  }

  handlers(): string[] {
    return [...this.#handlers.keys()];
  }

  /** The messages of a handler. */
  queue(handler: string): HandlerQueue | undefined {
    return this.#handlers.get(handler)?.queue;
  }

  /** What would be done for a handler now. */
  verdict(of: Case, handler: string, direction: Direction): Verdict {
    const at = this.#handlers.get(handler);
    if (!at) return { type: 'nothing', why: 'is not known' };
    return decide(this.#standpoint({ of, handler: at, way: wayTo(direction, handler) }));
  }

  /** Notes that an alert began: when very many do, all that wait are put together. */
  noteBegin(alert: Alert): void {
    const { clock, ruling, refresh } = this.#world;
    if (!this.#storms.note(alert.node.uuid, clock.now(), ruling.settings.storm_limit)) return;
    for (const id of this.#groups.waiting()) refresh(id);
  }

  /** Looks at who is to be told of an alert as it stands. `isUrgent`: a reason to be quiet has just ended. */
  consider(of: Case, { isUrgent }: { readonly isUrgent: boolean }): void {
    if (!this.#isStarted) return;
    const { id, fired, step, acked } = of.alert;
    const { agenda, ruling, clock } = this.#world;
    const direction = ruling.directionOf(of.alert);
    agenda.cancel(`case ${id}`);
    for (const handler of this.#handlers.values()) {
      const way = wayTo(direction, handler.id);
      if (way || of.told.has(handler.id)) this.#considerFor({ of, handler, way }, isUrgent ? 'urgent' : 'usual');
    }
    if (isEnded(of.alert)) return;
    const after = direction.steps[step];
    if (fired !== null && after !== undefined && acked === null) this.#lookAt(id, fired + after);
    if (acked?.until) this.#lookAt(id, acked.until);
    if (fired === null && ruling.graceUntil > clock.wall()) this.#lookAt(id, ruling.graceUntil);
  }

  #considerFor(match: Match, pace: 'usual' | 'urgent'): void {
    const { of, handler, way } = match;
    const { alert } = of;
    // It is looked at again when that message has arrived, or has not.
    if (handler.queue.isBusyWith(alert.id)) return;
    const verdict = decide(this.#standpoint(match));
    if (verdict.type === 'wait' && verdict.until !== null) this.#lookAt(alert.id, verdict.until);
    const waiting = handler.queue.waiting(alert.id);
    if (waiting && !waiting.isDead) {
      this.#revise(waiting, match, verdict);
    } else if (verdict.type === 'send') {
      if (waiting) handler.queue.replace(waiting, without(waiting, alert.id));
      const to = way ?? this.#world.ruling.wayBack;
      const inStorm = this.#inStorm(of) ? { ...to, groupBy: ['node'] } : to;
      // Who gathers sees to the time between messages.
      const paced = this.#isForZone(inStorm) ? { ...inStorm, groupIntervalMs: 0 } : inStorm;
      this.#groups.add(alert, { handler: handler.id, way: paced, isUrgent: pace === 'urgent' });
    } else {
      this.#groups.remove(alert.id, handler.id);
    }
  }

  /** A message that waits is brought up to date: it tells how things stand now, and what happened meanwhile. */
  #revise(job: Job, match: Match, verdict: Verdict): void {
    const { of, handler } = match;
    const item = job.items.find(({ alert }) => alert.id === of.alert.id);
    const next = this.#itemFor(match, verdict);
    if (item && next && isSame(item, next)) return;
    const others = without(job, of.alert.id);
    const items = [...(others?.items ?? []), ...(next ? [next] : [])];
    handler.queue.replace(
      job,
      items.length === 0 ? undefined : { ...job, id: randomUUID(), items, attempts: 0, error: '' },
    );
  }

  #itemFor(match: Match, verdict: Verdict): JobItem | undefined {
    const { of, handler } = match;
    const told = toldOf(of, handler.id);
    const { alert } = of;
    if (verdict.type === 'send') {
      return { alert: withHappened(alert, told.state === null ? '' : happened(of, told.at)), action: verdict.action };
    }
    // It began and ended while nobody could be told.
    if (of.isOnce || alert.status !== 'resolved' || told.state !== null || told.gaveUp !== null) return undefined;
    const { muted, wish } = this.#standpoint(match);
    const lasted = (alert.resolved ?? alert.updated) - alert.started;
    const { quiet_after_outage } = this.#world.ruling.settings;
    if (!wish.isEndWanted || muted.isEndMuted || lasted < quiet_after_outage) return undefined;
    return { alert: withHappened(alert, happened(of, 0)), action: 'resolved' };
  }

  #standpoint({ of, handler, way }: Match): Standpoint {
    const { mutes, node, clock, ruling } = this.#world;
    const { id, wishes } = handler;
    const now = clock.wall();
    const groups = new Set(node().groups);
    const why = reasonAgainst(of, way) || refusal(wishes, of, { handler: id, groups });
    return {
      ...{ of, handler: id, muted: mutes.of(of.alert), graceUntil: ruling.graceUntil, now },
      wish: { isWanted: why === '', isEndWanted: wantsEnd(wishes, of), isAckWanted: wishes.isAckTold, why },
      isEscalation: way?.isEscalation ?? false,
      repeatMs: way?.repeatMs ?? 0,
      quietUntil: way?.quietUntil(now) ?? null,
    };
  }

  #inStorm({ alert }: Case): boolean {
    const { clock, ruling } = this.#world;
    return this.#storms.isOn(alert.node.uuid, clock.now(), ruling.settings.storm_limit);
  }

  #lookAt(id: string, at: number): void {
    const { agenda, clock, refresh } = this.#world;
    agenda.atMostIn(at - clock.wall(), `case ${id}`, () => refresh(id));
  }

  #flush({ handler: id, alerts, group }: Gathered): void {
    const { book, clock, ruling } = this.#world;
    const handler = this.#handlers.get(id);
    if (!handler) return;
    const cases = [...alerts].flatMap((alert) => book.get(alert) ?? []);
    const items = cases.flatMap((of): readonly JobItem[] => {
      const way = wayTo(ruling.directionOf(of.alert), id);
      const verdict = decide(this.#standpoint({ of, handler, way }));
      return verdict.type === 'send' ? [{ alert: of.alert, action: verdict.action }] : [];
    });
    if (items.length === 0) return;
    const created = clock.wall();
    for (const { alert } of items) {
      const of = book.get(alert.id);
      if (of) book.put(withWaiting(of, id, created));
    }
    const storm = items.length > ruling.settings.storm_limit ? stormText(items.map(({ alert }) => alert)) : '';
    const by = storm === '' ? group : new Map([...group, ['storm', storm]]);
    const job = { id: randomUUID(), handler: id, items, group: by, created, attempts: 0, error: '', isDead: false };
    const gather = storm === '' ? this.#together(items, id) : undefined;
    handler.queue.add(gather ? { ...job, gather } : job);
  }

  /** How a node of the zone puts these alerts together with those of others; `undefined` when this node tells of them by itself. */
  #together(items: readonly JobItem[], handler: string): Together | undefined {
    const { ruling } = this.#world;
    const [way = ruling.wayBack] = items.flatMap(({ alert }) => wayTo(ruling.directionOf(alert), handler) ?? []);
    const { groupBy, groupWaitMs, groupIntervalMs } = way;
    return this.#isForZone(way) ? { groupBy, groupWaitMs, groupIntervalMs } : undefined;
  }

  #isForZone(way: Together): boolean {
    const { zone, ruling } = this.#world;
    // Alone there is nobody to wait for.
    return ruling.settings.gather === 'zone' && isOverNodes(way) && zone?.hasOthers() === true;
  }

  /** Delivers a message, or hands its alerts to the node of the zone that gathers them. */
  async #attempt(job: Job): Promise<Attempt> {
    const { attempt, sender } = this.#world;
    const keeper = await this.#handOver(job);
    if (keeper !== undefined) return { type: 'delivered', remark: `${keeper} puts it together with others` };
    return await attempt(job.handler, messageOf(job, sender()));
  }

  /**
   * Tells which node keeps the alerts of a message now: this one when no other takes them, so that messages keep their distance in any case.
   * `undefined` when none does, and this one has to tell of them at once.
   */
  async #handOver({ handler, items, group, gather: together }: Job): Promise<string | undefined> {
    const { zone, node } = this.#world;
    if (!zone || !together || !this.#isForZone(together)) return undefined;
    const order = zone.order(`alert/group/${handler}/${JSON.stringify([...group])}`).slice(0, MOST_ASKED);
    const { uuid, name } = node();
    const own = order.indexOf(uuid);
    for (const id of own < 0 ? order : order.slice(0, own)) {
      const keeper = await zone.give(id, { handler, together, items });
      if (keeper !== undefined) return keeper;
    }
    return (await this.#keptHere({ handler, together, items })) ? name : undefined;
  }

  async #keptHere(handed: Handed): Promise<boolean> {
    try {
      await this.#gathering?.take(handed);
      return true;
    } catch {
      return false;
    }
  }

  /** A message of gathered alerts; what an earlier one that waits says of them is old. */
  #addGathered(job: Job): void {
    const queue = this.#handlers.get(job.handler)?.queue;
    for (const { alert } of job.items) {
      const waiting = queue?.waitingGathered(alert.id);
      if (queue && waiting && !waiting.isDead) queue.replace(waiting, without(waiting, alert.id));
    }
    queue?.add(job);
  }

  #delivered(job: Job): void {
    const { book, clock, tell } = this.#world;
    const at = clock.wall();
    if (job.isGathered) return;
    for (const { alert } of job.items) {
      const of = book.get(alert.id);
      if (!of) continue;
      const { count } = toldOf(of, job.handler);
      const { state, flapping: isFlapping, acked } = alert;
      const isOver = isEnded(alert);
      const told = { state, at, count: count + 1, isOver, isFlapping, ackedAt: acked?.at ?? null, gaveUp: null };
      const next = withTold(of, job.handler, told);
      book.put(next);
      tell('notified', next.alert);
    }
    this.#again(job);
  }

  #gaveUp(job: Job): void {
    const { book, clock, tell } = this.#world;
    const at = clock.wall();
    if (job.isGathered) return;
    for (const { alert } of job.items) {
      const of = book.get(alert.id);
      if (!of) continue;
      const next = withTold(of, job.handler, { ...toldOf(of, job.handler), at, gaveUp: standOf(alert) });
      book.put(next);
      tell('failed', next.alert);
    }
    this.#again(job);
  }

  /** What changed while a message was on its way is looked at now. */
  #again({ items }: Job): void {
    for (const { alert } of items) {
      const of = this.#world.book.get(alert.id);
      if (of) this.consider(of, { isUrgent: false });
    }
  }

  #giveBack({ id, queue }: HandlerAtWork): void {
    for (const job of this.#restored.get(id) ?? []) queue.restore(job);
    this.#restored.delete(id);
  }
}

function reasonAgainst({ alert }: Case, way: Way | undefined): string {
  if (!way) return 'no route leads to it';
  if (way.severities && !way.severities.includes(alert.severity))
    return `its step is not for severity ${alert.severity}`;
  return '';
}

function without(job: Job, alert: string): Job | undefined {
  const items = job.items.filter((item) => item.alert.id !== alert);
  return items.length === 0 ? undefined : { ...job, id: randomUUID(), items };
}

const isSame = (a: JobItem, b: JobItem): boolean =>
  a.action === b.action && standOf(a.alert) === standOf(b.alert) && a.alert.acked?.at === b.alert.acked?.at;
