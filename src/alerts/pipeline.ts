import { randomUUID } from 'node:crypto';
import { Agenda } from '../base/agenda.ts';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { Shelf } from '../base/shelf.ts';
import type { AlertingSettings } from '../config/alerting-schema.ts';
import type { Alert, AlertNode, Message, Mutes, Problem } from '../model/alert.ts';
import type { CheckRecord, ShownState } from '../model/check.ts';
import type { AlertEventAction } from '../model/event.ts';
import { alertKey } from './alert-key.ts';
import type { AlertTraits } from './alert-traits.ts';
import { type Case, isEnded, standOf, toldOf, withTold, withWaiting } from './case.ts';
import { decide, type Standpoint, type Verdict } from './decide.ts';
import { type Attempt, HandlerQueue } from './handler-queue.ts';
import { happened, withHappened } from './happened.ts';
import { IncidentBook } from './incident-book.ts';
import { type Job, type JobItem, jobFromJson, messageOf } from './job.ts';
import { type Gathered, MessageGroups } from './message-groups.ts';
import { closed, observeCheck } from './observe-check.ts';
import { observeProblem, problemKey } from './observe-problem.ts';
import { type CompileTest, type Direction, Routes, type Way } from './routes.ts';
import { actionsOf, type Surroundings, stamped } from './stamp.ts';
import { StormWatch, stormText } from './storm.ts';
import { refusal, type Wishes, wantsEnd } from './wishes.ts';

/** What the pipeline works with. */
export interface PipelineWorld {
  readonly clock: Clock;
  readonly random: Random;
  /** Where alerts, and messages that wait, outlive the process. */
  readonly shelves: { readonly alerts: Shelf; readonly messages: Shelf };
  readonly mutes: Mutes;
  readonly compile: CompileTest;
  /** This node as alerts show it. */
  node(): AlertNode;
  sender(): Message['sender'];
  /** Delivers once; never rejects. */
  attempt(handler: string, message: Message): Promise<Attempt>;
  /** An alert began, changed, was told or ended. */
  tell(action: AlertEventAction, alert: Alert): void;
  /** A handler has delivered nothing for long (`error` says why), or works again. */
  failing(handler: string, error: string): void;
}

interface HandlerAtWork {
  readonly id: string;
  wishes: Wishes;
  readonly queue: HandlerQueue;
}

/** What a check was and is. */
export interface SeenCheck {
  readonly check: CheckRecord;
  readonly traits: AlertTraits;
  /** Its confirmed state before. */
  readonly before: ShownState;
  /** It is as it was when the agent ended, so that nobody is to be told. */
  readonly isKnown?: true;
}

/** Events without an end are still told after a restart when they are not older. */
const FRESH_MS = 60_000;
const TIDY_MS = 3_600_000;

/** From what happens to messages: keeps the alerts, decides who is told what and when, and sees to it that it arrives. */
export class Pipeline implements Disposable {
  readonly #world: PipelineWorld;
  readonly #agenda: Agenda;
  readonly #groups: MessageGroups;
  readonly #storms = new StormWatch();
  readonly #handlers = new Map<string, HandlerAtWork>();
  readonly #restored = new Map<string, Job[]>();
  #settings: AlertingSettings;
  #routes: Routes;
  #graceUntil = 0;
  #isStarted: boolean = false;
  #listening: Disposable | undefined;
  readonly book: IncidentBook;

  constructor(world: PipelineWorld, settings: AlertingSettings) {
    this.#world = world;
    this.#settings = settings;
    this.#routes = new Routes(settings, world.compile);
    this.#agenda = new Agenda(world.clock);
    this.#groups = new MessageGroups(world.clock, this.#agenda, (gathered) => this.#flush(gathered));
    this.book = new IncidentBook(world.shelves.alerts);
  }

  /** Takes back alerts and messages from before a restart. */
  async load(): Promise<void> {
    await this.book.load();
    for (const [id, kept] of await this.#world.shelves.messages.load()) {
      const job = jobFromJson(kept);
      if (!job) this.#world.shelves.messages.delete(id);
      else this.#restored.set(job.handler, [...(this.#restored.get(job.handler) ?? []), job]);
    }
    for (const handler of this.#handlers.values()) this.#giveBack(handler);
  }

  /** Begins to tell: what was not told yet because the process ended is told now. */
  start(): void {
    const { clock, mutes } = this.#world;
    this.#graceUntil = clock.wall() + this.#settings.start_grace;
    this.#isStarted = true;
    this.#listening = mutes.onChange(() => this.#lookAgain(true));
    // Messages of handlers that do not exist any more have nowhere to go.
    for (const jobs of this.#restored.values()) for (const { id } of jobs) this.#world.shelves.messages.delete(id);
    this.#restored.clear();
    for (const { queue } of this.#handlers.values()) queue.start();
    this.#lookAgain(false);
    this.#tidy();
  }

  [Symbol.dispose](): void {
    this.#listening?.[Symbol.dispose]();
    for (const { queue } of this.#handlers.values()) queue.stop();
    this.#agenda[Symbol.dispose]();
  }

  /** Puts other settings in effect. Throws `expression`, changing nothing, when a route cannot be read. */
  configure(settings: AlertingSettings): void {
    this.#routes = new Routes(settings, this.#world.compile);
    this.#settings = settings;
    if (this.#isStarted) this.#lookAgain(false);
  }

  /** Adds a handler, or changes one, whose messages are then tried at once. */
  setHandler(id: string, wishes: Wishes): void {
    const known = this.#handlers.get(id);
    if (known) {
      known.wishes = wishes;
      known.queue.renew(wishes);
      return;
    }
    const { clock, random, shelves, attempt, sender, failing } = this.#world;
    const queue = new HandlerQueue(id, wishes, {
      ...{ clock, random, agenda: this.#agenda, shelf: shelves.messages, failing },
      attempt: (job) => attempt(id, messageOf(job, sender())),
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

  handler(id: string): HandlerAtWork | undefined {
    return this.#handlers.get(id);
  }

  /** A check changed, or is looked at for the first time since the start. */
  check({ check, traits, before, isKnown }: SeenCheck): void {
    const { node, clock } = this.#world;
    const { first_result: firstResult, url } = this.#settings;
    const own = node();
    const open = this.book.open(alertKey('check', own.uuid, check.id));
    const now = clock.wall();
    const seen = observeCheck(open, { check, traits, node: own, before, firstResult, url, now });
    if (!seen) return;
    this.#follow(open, isKnown && !open ? { ...seen, known: seen.alert.state } : seen);
  }

  /** A check does not run for now, so that nothing is told of it. */
  rest(check: string): void {
    const open = this.book.open(alertKey('check', this.#world.node().uuid, check));
    if (open && !open.isResting) this.#follow(open, { ...open, isResting: true });
  }

  /** Closes the alerts of checks that are not among these any more; nobody is told. */
  keepChecks(present: ReadonlySet<string>): void {
    for (const open of this.book.allOpen()) {
      const { kind, name } = open.alert;
      if (kind === 'check' && !present.has(name)) this.#follow(open, closed(open, this.#world.clock.wall()));
    }
  }

  problem(problem: Problem): void {
    const own = this.#world.node();
    const now = this.#world.clock.wall();
    let open = this.book.open(problemKey(problem, own));
    if (open && problem.incident !== undefined && !open.alert.id.endsWith(`-${problem.incident}`)) {
      this.#follow(open, closed(open, now));
      open = undefined;
    }
    const seen = observeProblem(open, { problem, own, url: this.#settings.url, now });
    if (seen) this.#follow(open, seen);
  }

  /** Puts what became of a case in the book, tells the agent and looks at who is to be told. */
  change(before: Case, next: Case): Case {
    return this.#follow(before, next);
  }

  /** Where an alert goes. */
  direction(alert: Alert): Direction {
    return this.#routes.directionOf(alert);
  }

  /** What would be done for a handler that had heard nothing of an alert, or for one as it stands. */
  verdict(of: Case, handler: string, direction: Direction): Verdict {
    const at = this.#handlers.get(handler);
    if (!at) return { type: 'nothing', why: 'is not known' };
    return decide(this.#standpoint(of, at, wayTo(direction, handler)));
  }

  handlerIds(): string[] {
    return [...this.#handlers.keys()];
  }

  #follow(before: Case | undefined, seen: Case): Case {
    const free = before ? seen : { ...seen, alert: { ...seen.alert, id: this.book.freeId(seen.alert.id) } };
    const next = stamped(free, this.#surroundings(free));
    this.book.put(next);
    const actions = actionsOf(before, next);
    const { clock, tell } = this.#world;
    const { storm_limit } = this.#settings;
    for (const action of actions) tell(action, next.alert);
    if (actions.includes('fired') && this.#storms.note(next.alert.node.uuid, clock.now(), storm_limit))
      this.#gatherAll();
    this.#consider(next, { isUrgent: actions.includes('released') });
    return next;
  }

  #surroundings(of: Case): Surroundings {
    return {
      now: this.#world.clock.wall(),
      graceUntil: this.#graceUntil,
      muted: this.#world.mutes.of(of.alert),
      steps: this.#routes.directionOf(of.alert).steps,
    };
  }

  /** Looks at everything that goes on, and at what ended with an end that was not told yet. */
  #lookAgain(isUrgent: boolean): void {
    const fresh = this.#world.clock.wall() - FRESH_MS;
    for (const of of this.book.all()) {
      const isOwed = [...of.told.values()].some(({ state, isOver }) => state !== null && !isOver);
      const isNew = of.isOnce && of.alert.started >= fresh;
      if (!isEnded(of.alert)) this.#refresh(of.alert.id, isUrgent);
      else if (isOwed || isNew) this.#consider(of, { isUrgent });
    }
  }

  #refresh(id: string, isUrgent = false): void {
    const before = this.book.get(id);
    if (!before) return;
    const next = stamped(before, this.#surroundings(before));
    const actions = actionsOf(before, next);
    if (actions.length > 0 || next.alert !== before.alert) this.book.put(next);
    for (const action of actions) this.#world.tell(action, next.alert);
    this.#consider(next, { isUrgent });
  }

  #gatherAll(): void {
    for (const id of this.#groups.waiting()) this.#refresh(id);
  }

  #consider(of: Case, { isUrgent }: { readonly isUrgent: boolean }): void {
    if (!this.#isStarted) return;
    const { id } = of.alert;
    const direction = this.#routes.directionOf(of.alert);
    this.#agenda.cancel(`case ${id}`);
    for (const handler of this.#handlers.values()) {
      const way = wayTo(direction, handler.id);
      if (way || of.told.has(handler.id)) this.#considerFor(of, { handler, way, isUrgent });
    }
    const { fired, step, acked } = this.book.get(id)?.alert ?? of.alert;
    const after = direction.steps[step];
    if (isEnded(of.alert)) return;
    if (fired !== null && after !== undefined && acked === null) this.#lookAt(id, fired + after);
    if (acked?.until) this.#lookAt(id, acked.until);
    if (fired === null && this.#graceUntil > this.#world.clock.wall()) this.#lookAt(id, this.#graceUntil);
  }

  #considerFor(
    of: Case,
    {
      handler,
      way,
      isUrgent,
    }: { readonly handler: HandlerAtWork; readonly way: Way | undefined; readonly isUrgent: boolean },
  ): void {
    const { alert } = of;
    // It is looked at again when that message has arrived, or has not.
    if (handler.queue.isBusyWith(alert.id)) return;
    const verdict = decide(this.#standpoint(of, handler, way));
    const waiting = handler.queue.waiting(alert.id);
    if (waiting && !(waiting.isDead && verdict.type === 'send')) {
      if (!waiting.isDead) this.#revise(waiting, { of, handler, verdict });
      return;
    }
    if (waiting) handler.queue.replace(waiting, without(waiting, alert.id));
    if (verdict.type === 'wait' && verdict.until !== null) this.#lookAt(alert.id, verdict.until);
    if (verdict.type !== 'send') return this.#groups.remove(alert.id, handler.id);
    const to = way ?? this.#fallbackWay();
    this.#groups.add(alert, {
      handler: handler.id,
      way: this.#inStorm(of) ? { ...to, groupBy: ['node'] } : to,
      isUrgent,
    });
  }

  /** A message that waits is brought up to date: it tells how things stand now, and what happened meanwhile. */
  #revise(
    job: Job,
    { of, handler, verdict }: { readonly of: Case; readonly handler: HandlerAtWork; readonly verdict: Verdict },
  ): void {
    const item = job.items.find(({ alert }) => alert.id === of.alert.id);
    const next = this.#itemFor(of, handler, verdict);
    if (item && next && isSame(item, next)) return;
    const others = without(job, of.alert.id);
    const items = [...(others?.items ?? []), ...(next ? [next] : [])];
    handler.queue.replace(job, items.length === 0 ? undefined : { ...job, id: randomUUID(), items, attempts: 0 });
  }

  #itemFor(of: Case, handler: HandlerAtWork, verdict: Verdict): JobItem | undefined {
    const told = toldOf(of, handler.id);
    const { alert } = of;
    if (verdict.type === 'send') {
      return { alert: withHappened(alert, told.state === null ? '' : happened(of, told.at)), action: verdict.action };
    }
    // It began and ended while nobody could be told.
    if (of.isOnce || alert.status !== 'resolved' || told.state !== null || told.gaveUp !== null) return undefined;
    const { muted, wish } = this.#standpoint(of, handler, undefined);
    const lasted = (alert.resolved ?? alert.updated) - alert.started;
    if (!wish.isEndWanted || muted.isEndMuted || lasted < this.#settings.quiet_after_outage) return undefined;
    return { alert: withHappened(alert, happened(of, 0)), action: 'resolved' };
  }

  #standpoint(of: Case, handler: HandlerAtWork, way: Way | undefined): Standpoint {
    const { mutes, node, clock } = this.#world;
    const { id, wishes } = handler;
    const now = clock.wall();
    const groups = new Set(node().groups);
    const why = reasonAgainst(of, way) || refusal(wishes, of, { handler: id, groups });
    return {
      ...{ of, handler: id, muted: mutes.of(of.alert), graceUntil: this.#graceUntil, now },
      wish: { isWanted: why === '', isEndWanted: wantsEnd(wishes, of), isAckWanted: wishes.isAckTold, why },
      isEscalation: way?.isEscalation ?? false,
      repeatMs: way?.repeatMs ?? 0,
      quietUntil: way?.quietUntil(now) ?? null,
    };
  }

  /** How the end of a problem goes to a handler that is not on its way any more. */
  #fallbackWay(): Way {
    const { group_by: groupBy, group_wait: groupWaitMs, group_interval: groupIntervalMs } = this.#settings;
    return { groupBy, groupWaitMs, groupIntervalMs, repeatMs: 0, isEscalation: false, quietUntil: () => null };
  }

  #inStorm({ alert }: Case): boolean {
    return this.#storms.isOn(alert.node.uuid, this.#world.clock.now(), this.#settings.storm_limit);
  }

  #lookAt(id: string, at: number): void {
    this.#agenda.atMostIn(at - this.#world.clock.wall(), `case ${id}`, () => this.#refresh(id));
  }

  #flush({ handler: id, alerts, group }: Gathered): void {
    const handler = this.#handlers.get(id);
    if (!handler) return;
    const cases = [...alerts].flatMap((alert) => this.book.get(alert) ?? []);
    const items = cases.flatMap((of): readonly JobItem[] => {
      const verdict = decide(this.#standpoint(of, handler, wayTo(this.#routes.directionOf(of.alert), id)));
      return verdict.type === 'send' ? [{ alert: of.alert, action: verdict.action }] : [];
    });
    if (items.length === 0) return;
    const created = this.#world.clock.wall();
    for (const { alert } of items) {
      const of = this.book.get(alert.id);
      if (of) this.book.put(withWaiting(of, id, created));
    }
    const storm = items.length > this.#settings.storm_limit ? stormText(items.map(({ alert }) => alert)) : '';
    const by = storm === '' ? group : new Map([...group, ['storm', storm]]);
    handler.queue.add({
      id: randomUUID(),
      handler: id,
      items,
      group: by,
      created,
      attempts: 0,
      error: '',
      isDead: false,
    });
  }

  #delivered(job: Job): void {
    const at = this.#world.clock.wall();
    for (const { alert } of job.items) {
      const of = this.book.get(alert.id);
      if (!of) continue;
      const { count } = toldOf(of, job.handler);
      const { state, flapping: isFlapping, acked } = alert;
      const isOver = isEnded(alert);
      const told = { state, at, count: count + 1, isOver, isFlapping, ackedAt: acked?.at ?? null, gaveUp: null };
      const next = withTold(of, job.handler, told);
      this.book.put(next);
      this.#world.tell('notified', next.alert);
    }
    this.#again(job);
  }

  #gaveUp(job: Job): void {
    const at = this.#world.clock.wall();
    for (const { alert } of job.items) {
      const of = this.book.get(alert.id);
      if (!of) continue;
      const next = withTold(of, job.handler, { ...toldOf(of, job.handler), at, gaveUp: standOf(alert) });
      this.book.put(next);
      this.#world.tell('failed', next.alert);
    }
    this.#again(job);
  }

  /** What changed while a message was on its way is looked at now. */
  #again({ items }: Job): void {
    for (const { alert } of items) {
      const of = this.book.get(alert.id);
      if (of) this.#consider(of, { isUrgent: false });
    }
  }

  #giveBack({ id, queue }: HandlerAtWork): void {
    for (const job of this.#restored.get(id) ?? []) queue.restore(job);
    this.#restored.delete(id);
  }

  #tidy(): void {
    this.book.forget(this.#world.clock.wall() - this.#settings.keep);
    this.#agenda.in(TIDY_MS, 'tidy', () => this.#tidy());
  }
}

const wayTo = ({ ways, everybody }: Direction, handler: string): Way | undefined =>
  ways.get(handler) ?? everybody ?? undefined;

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
