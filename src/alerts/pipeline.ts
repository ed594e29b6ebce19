import { Agenda } from '../base/agenda.ts';
import type { Shelf } from '../base/shelf.ts';
import type { AlertingSettings } from '../config/alerting-schema.ts';
import type { Problem } from '../model/alert.ts';
import type { CheckRecord, ShownState } from '../model/check.ts';
import { alertKey } from './alert-key.ts';
import type { AlertTraits } from './alert-traits.ts';
import { type Case, isEnded } from './case.ts';
import { IncidentBook } from './incident-book.ts';
import { closed, observeCheck } from './observe-check.ts';
import { observeProblem, problemKey } from './observe-problem.ts';
import type { CompileTest } from './routes.ts';
import { Ruling } from './ruling.ts';
import { actionsOf, type Surroundings, stamped } from './stamp.ts';
import { Telling, type TellingWorld } from './telling.ts';

/** What the pipeline works with. */
export interface PipelineWorld extends Omit<TellingWorld, 'agenda' | 'book' | 'ruling' | 'refresh' | 'shelf'> {
  /** Where alerts, and messages that wait, outlive the process. */
  readonly shelves: { readonly alerts: Shelf; readonly messages: Shelf };
  readonly compile: CompileTest;
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

/** From what happens to messages: keeps the alerts and has people told of them. */
export class Pipeline {
  readonly #world: PipelineWorld;
  readonly #agenda: Agenda;
  #listening: Disposable | undefined;
  /** The rules that people wrote. */
  readonly ruling: Ruling;
  readonly book: IncidentBook;
  readonly telling: Telling;

  constructor(world: PipelineWorld, settings: AlertingSettings) {
    const { clock, shelves, compile } = world;
    this.#world = world;
    this.#agenda = new Agenda(clock);
    this.ruling = new Ruling(settings, compile);
    this.book = new IncidentBook(shelves.alerts);
    this.telling = new Telling({
      ...world,
      ...{ agenda: this.#agenda, book: this.book, ruling: this.ruling, shelf: shelves.messages },
      node: () => world.node(),
      sender: () => world.sender(),
      attempt: (handler, message) => world.attempt(handler, message),
      tell: (action, alert) => world.tell(action, alert),
      failing: (handler, error) => world.failing(handler, error),
      refresh: (id) => this.#refresh(id),
    });
  }

  /** Takes back alerts and messages from before a restart. */
  async load(): Promise<void> {
    await this.book.load();
    await this.telling.load();
  }

  /** Begins to tell: what was not told yet because the process ended is told now. */
  start(): void {
    const { clock, mutes } = this.#world;
    this.ruling.graceUntil = clock.wall() + this.ruling.settings.start_grace;
    this.#listening = mutes.onChange(() => this.#lookAgain({ isUrgent: true }));
    this.telling.start();
    this.#lookAgain({ isUrgent: false });
    this.#tidy();
  }

  /** Begins nothing more; resolves when messages that were on their way arrived, which is then noted, or did not. */
  async stop(): Promise<void> {
    this.#listening?.[Symbol.dispose]();
    const stopped = this.telling.stop();
    this.#agenda[Symbol.dispose]();
    await stopped;
    this.#agenda[Symbol.dispose]();
  }

  /** Looks at everything again, after routes or handlers changed. */
  lookAgain(): void {
    if (this.#listening) this.#lookAgain({ isUrgent: false });
  }

  /** A check changed, or is looked at for the first time since the start. */
  check({ check, traits, before, isKnown }: SeenCheck): void {
    const { node, clock } = this.#world;
    const { first_result: firstResult, url } = this.ruling.settings;
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
    const seen = observeProblem(open, { problem, own, url: this.ruling.settings.url, now });
    if (seen) this.#follow(open, seen);
  }

  /** Puts what became of a case in the book, tells the agent and looks at who is to be told. */
  change(before: Case, next: Case): Case {
    return this.#follow(before, next);
  }

  #follow(before: Case | undefined, seen: Case): Case {
    const { tell } = this.#world;
    const free = before ? seen : { ...seen, alert: { ...seen.alert, id: this.book.freeId(seen.alert.id) } };
    const next = stamped(free, this.#surroundings(free));
    this.book.put(next);
    const actions = actionsOf(before, next);
    for (const action of actions) tell(action, next.alert);
    if (actions.includes('fired')) this.telling.noteBegin(next.alert);
    this.telling.consider(next, { isUrgent: actions.includes('released') });
    return next;
  }

  #surroundings({ alert }: Case): Surroundings {
    const { mutes, clock } = this.#world;
    const { graceUntil } = this.ruling;
    return { graceUntil, now: clock.wall(), muted: mutes.of(alert), steps: this.ruling.directionOf(alert).steps };
  }

  /** Looks at everything that goes on, and at what ended with an end that was not told yet. */
  #lookAgain(how: { readonly isUrgent: boolean }): void {
    const fresh = this.#world.clock.wall() - FRESH_MS;
    for (const of of this.book.all()) {
      const isOwed = [...of.told.values()].some(({ state, isOver }) => state !== null && !isOver);
      const isNew = of.isOnce && of.alert.started >= fresh;
      if (!isEnded(of.alert)) this.#refresh(of.alert.id, how);
      else if (isOwed || isNew) this.telling.consider(of, how);
    }
  }

  #refresh(id: string, how = { isUrgent: false }): void {
    const before = this.book.get(id);
    if (!before) return;
    const next = stamped(before, this.#surroundings(before));
    if (next !== before) this.book.put(next);
    const actions = actionsOf(before, next);
    for (const action of actions) this.#world.tell(action, next.alert);
    if (actions.includes('fired')) this.telling.noteBegin(next.alert);
    this.telling.consider(next, how);
  }

  #tidy(): void {
    this.book.forget(this.#world.clock.wall() - this.ruling.settings.keep);
    this.#agenda.in(TIDY_MS, 'tidy', () => this.#tidy());
  }
}
