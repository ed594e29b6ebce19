import { type AlertTraits, alertTraits } from '../alerts/alert-traits.ts';
import { AlertsOfBook } from '../alerts/alerts-of-book.ts';
import type { Case } from '../alerts/case.ts';
import { explained } from '../alerts/explain.ts';
import type { GatheringZone, Handed } from '../alerts/gathering.ts';
import type { Attempt } from '../alerts/handler-queue.ts';
import { conditionTest } from '../alerts/mutes/fits.ts';
import { observeCheck } from '../alerts/observe-check.ts';
import { Pipeline } from '../alerts/pipeline.ts';
import { testJob } from '../alerts/test-job.ts';
import { sharedAbort } from '../base/abort.ts';
import type { Bus } from '../base/bus.ts';
import { type Clock, delay } from '../base/clock.ts';
import { failedWith, messageOf, OpsbroError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { didYouMean } from '../base/nearest.ts';
import type { Random } from '../base/random.ts';
import type { Shelf } from '../base/shelf.ts';
import { type AlertingSettings, alerting as alertingSchema } from '../config/alerting-schema.ts';
import type { FunctionTable } from '../expressions/contract.ts';
import type { AlertKind, AlertNode, Message, Mutes } from '../model/alert.ts';
import type { CheckRecord } from '../model/check.ts';
import type { AgentEvent } from '../model/event.ts';
import type { HandlerRecord, QueuedMessage, RouteExplanation, RouteQuestion, TestOutcome } from '../model/handler.ts';
import type { YamlMap } from '../model/pack.ts';
import type { Handler } from '../plugins/kinds.ts';
import type { Registry } from '../plugins/registry.ts';
import { SWITCHED_OFF } from './check-rest.ts';
import { type Configuration, compare, type Difference } from './configuration.ts';
import type { Guard } from './guard.ts';
import type { Desks } from './handler-desk.ts';
import { HandlerRun } from './handler-run.ts';
import { type WrittenHandler, writtenHandlers } from './written-handlers.ts';

/** Alerts that a node hands to another, and by which configuration of the handler people are to be told of them. */
export interface MarkedAlerts extends Handed {
  readonly mark: string;
}

/** The nodes of the zone that gather alerts. */
export interface ZoneDesk extends Omit<GatheringZone, 'give'> {
  give(node: string, given: MarkedAlerts): Promise<string | undefined>;
}

interface AlertingOptions {
  readonly bus: Bus<AgentEvent>;
  readonly guard: Guard;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly plugins: Registry<Handler>;
  readonly desks: Desks;
  readonly shelves: { readonly alerts: Shelf; readonly messages: Shelf };
  readonly mutes: Mutes;
  /** Functions that expressions over alerts may call. */
  readonly functions: FunctionTable<never>;
  readonly sender: Message['sender'];
  node(): AlertNode;
  checks(): readonly CheckRecord[];
  /** What is written of a check of this node. Throws `not_found`. */
  definition(check: string): YamlMap;
  /** People are told of the service that judges this check, and not of the check itself. */
  isSpokenFor(check: CheckRecord): boolean;
  /** Where messages hold alerts of several nodes; left out where there is no zone. */
  readonly zone?: ZoneDesk | undefined;
}

/** A handler that cannot be used as it is written. */
interface Broken {
  readonly type: string;
  readonly error: string;
  readonly digest: string;
}

/** How long a handler may take to heed that the agent stops. */
const STOP_MS = 1_000;

/** Tells people: hands what happens to the pipeline of alerts, and its messages to the handlers. */
export class Alerting {
  readonly #options: AlertingOptions;
  readonly #pipeline: Pipeline;
  readonly #handlers = new Map<string, HandlerRun | Broken>();
  readonly #stop = sharedAbort();
  readonly #listening: Disposable[] = [];
  /** Handlers of which it was told that they fail. */
  readonly #failing = new Set<string>();
  #isGoing: boolean = false;
  /** The alerts of this node. */
  readonly alerts: AlertsOfBook;

  constructor(options: AlertingOptions) {
    const { clock, mutes, functions, bus, zone, ...rest } = options;
    this.#options = options;
    this.#pipeline = new Pipeline(
      {
        ...{ ...rest, clock, mutes },
        node: () => options.node(),
        compile: (text) => conditionTest(text, { functions, clock }),
        sender: () => options.sender,
        attempt: (handler, message) => this.#attempt(handler, message),
        tell: (action, alert) => bus.emit({ type: 'alert-change', action, alert }),
        failing: (handler, error) => this.#tellFailing(handler, error),
        ...(zone && { zone: this.#marking(zone) }),
      },
      alertingSchema.parse(undefined),
    );
    this.alerts = new AlertsOfBook({ pipeline: this.#pipeline, mutes, clock, node: () => options.node() });
  }

  /** Makes routes and handlers be what is written; handlers that stay the same are not touched. */
  apply(configuration: Configuration): Difference {
    const { plugins } = this.#options;
    if (configuration.alerting) this.#configure(configuration.alerting);
    const { added, changed, removed, difference } = compare(this.#handlers, writtenHandlers(configuration, plugins));
    for (const id of removed) {
      this.#close(id);
      this.#handlers.delete(id);
      this.#pipeline.telling.removeHandler(id);
    }
    for (const [id, handler] of [...added, ...changed]) this.#take(id, handler);
    this.#pipeline.lookAgain();
    if (this.#isGoing) this.#lookAtChecks('as they come');
    return difference;
  }

  /** Takes back alerts and messages from before a restart. */
  async restore(): Promise<void> {
    await this.#pipeline.load();
  }

  /** Begins to listen and to tell. */
  start(): void {
    const { bus } = this.#options;
    this.#listening.push(
      bus.on('check-change', ({ check, before, result }) => {
        const isOff = result === null && check.output === SWITCHED_OFF.why;
        if (isOff || check.isDisabled === true) this.#pipeline.rest(check.id);
        else this.#pipeline.check({ check, before: before.hardState, traits: this.#traitsOf(check) });
      }),
      bus.on('problem-change', ({ problem }) => this.#pipeline.problem(problem)),
    );
    this.#pipeline.start();
  }

  /** The checks go now: alerts of those that are gone end, and problems that were there before are known. */
  checksGo(): void {
    this.#listening.push(this.#options.bus.on('checks-change', () => this.#lookAtChecks('as they come')));
    this.#isGoing = true;
    this.#lookAtChecks('as known');
  }

  /** Ends what is going on; what did not arrive is tried again after the next start. */
  async stop(): Promise<void> {
    for (const listening of this.#listening) listening[Symbol.dispose]();
    this.#stop.abort(new Error('the agent stops'));
    await Promise.race([this.#pipeline.stop(), delay(this.#options.clock, STOP_MS)]);
    for (const id of this.#handlers.keys()) this.#close(id);
  }

  /** Takes alerts over from another node of the zone. Throws `conflict` when the handler is another here. */
  async take({ mark, ...handed }: MarkedAlerts): Promise<void> {
    const { handler: id } = handed;
    const handler = this.#handlers.get(id);
    const isSame = handler instanceof HandlerRun && handler.mark === mark;
    if (!isSame || handler.isOff || !handler.wishes.isOnIn(new Set(this.#options.node().groups)))
      throw new OpsbroError('conflict', `handler "${id}" is not on here, or not as it is there`);
    await this.#pipeline.telling.take(handed);
  }

  /** The handlers and how they fare. */
  handlers(): HandlerRecord[] {
    return [...this.#handlers].map(([id, handler]) => this.#record(id, handler));
  }

  /** Whether a handler that is on wants to hear of alerts of that kind. */
  tells(kind: AlertKind): boolean {
    const groups = new Set(this.#options.node().groups);
    return [...this.#handlers.values()].some(
      (each) => each instanceof HandlerRun && !each.isOff && each.wishes.isOnIn(groups) && each.wishes.events.has(kind),
    );
  }

  /** What waits for handlers, given up messages included. */
  queue(): QueuedMessage[] {
    return this.#pipeline.telling.handlers().flatMap((id) => this.#pipeline.telling.queue(id)?.messages() ?? []);
  }

  /** Sends a message that is marked as a test, before all that waits. Throws `not_found`. */
  async test(id: string): Promise<TestOutcome> {
    const { node, clock } = this.#options;
    const handler = this.#handlers.get(id);
    if (!handler) throw new OpsbroError('not_found', `handler "${id}" is not known${this.#meant(id)}`);
    if (!(handler instanceof HandlerRun)) return { handler: id, isDelivered: false, answer: handler.error, ms: 0 };
    const start = clock.now();
    const outcome = await this.#pipeline.telling.queue(id)?.test(testJob(id, node(), clock.wall()));
    const isDelivered = outcome?.type === 'delivered';
    const answer = outcome?.type === 'delivered' ? outcome.remark : (outcome?.error ?? 'it was removed meanwhile');
    return { handler: id, isDelivered, answer, ms: Math.round(clock.now() - start) };
  }

  /** Tries every message at once, those that were given up included; tells how many. */
  retry(): number {
    const queues = this.#pipeline.telling.handlers().map((id) => this.#pipeline.telling.queue(id)?.retry() ?? 0);
    return queues.reduce((sum, count) => sum + count, 0);
  }

  /** Who would be told of an alert. Throws `not_found`. */
  explain({ ref, severity }: RouteQuestion): RouteExplanation {
    return explained(this.#caseOf(ref, severity), ref, this.#pipeline);
  }

  #caseOf(ref: string, severity: RouteQuestion['severity']): Case {
    const check = this.#options.checks().find(({ id }) => id === ref);
    if (!check) {
      const found = this.#pipeline.book.find(ref);
      return severity === undefined ? found : { ...found, alert: { ...found.alert, severity } };
    }
    const isWell = check.hardState === 'ok' || check.hardState === 'pending';
    const hardState = severity ?? (isWell ? 'critical' : check.hardState);
    const { url } = this.#pipeline.ruling.settings;
    const asked = { ...check, hardState, state: hardState, hard: true, flapping: false };
    const now = this.#options.clock.wall();
    const sight = { check: asked, traits: this.#traitsOf(check), node: this.#options.node(), url, now };
    const of = observeCheck(undefined, { ...sight, before: 'pending', firstResult: 'all' });
    if (of) return { ...of, isOnce: false };
    throw new OpsbroError('not_found', `there is nothing to tell of "${ref}"`);
  }

  #marking(zone: ZoneDesk): GatheringZone {
    return {
      shelf: zone.shelf,
      hasOthers: () => zone.hasOthers(),
      order: (key) => zone.order(key),
      give: async (node, handed) => {
        const handler = this.#handlers.get(handed.handler);
        return handler instanceof HandlerRun ? await zone.give(node, { ...handed, mark: handler.mark }) : undefined;
      },
    };
  }

  #configure(settings: AlertingSettings): void {
    try {
      this.#pipeline.ruling.replace(settings);
    } catch (error) {
      if (!failedWith(error, 'expression')) throw error;
      this.#options.log.error({ reason: messageOf(error) }, 'a route cannot be read; the routes stay as they were');
    }
  }

  #take(id: string, written: WrittenHandler): void {
    const { plugins, guard, desks, log } = this.#options;
    this.#close(id);
    try {
      const run = new HandlerRun(written, { plugins, guard, desks, signal: this.#stop.signal });
      this.#handlers.set(id, run);
      if (run.isOff) this.#pipeline.telling.removeHandler(id);
      else this.#pipeline.telling.setHandler(id, run.wishes);
    } catch (error) {
      if (!(error instanceof OpsbroError)) throw error;
      log.warn({ handler: id }, messageOf(error));
      this.#handlers.set(id, { type: written.type, error: messageOf(error), digest: written.digest });
    }
  }

  #close(id: string): void {
    const handler = this.#handlers.get(id);
    if (handler instanceof HandlerRun) handler.close();
  }

  async #attempt(id: string, message: Message): Promise<Attempt> {
    const handler = this.#handlers.get(id);
    if (handler instanceof HandlerRun) return await handler.attempt(message);
    return { type: 'undeliverable', error: handler?.error ?? `handler "${id}" is not known` };
  }

  #record(id: string, handler: HandlerRun | Broken): HandlerRecord {
    const counts = this.#pipeline.telling.queue(id)?.counts;
    const known = { ...NOTHING_SENT, ...counts, id, type: handler.type };
    if (!(handler instanceof HandlerRun)) return { ...known, state: 'error', error: handler.error };
    const isOn = !handler.isOff && handler.wishes.isOnIn(new Set(this.#options.node().groups));
    if (!isOn) return { ...known, state: 'disabled' };
    return { ...known, state: known.error === '' ? 'ok' : 'error' };
  }

  /** Follows which checks there are and what is written of them. `as known`: they stand as people know already. */
  #lookAtChecks(how: 'as known' | 'as they come'): void {
    const checks = this.#options.checks();
    this.#pipeline.keepChecks(new Set(checks.map(({ id }) => id)));
    for (const check of checks) {
      const isAtRest = check.isDisabled === true || check.output === SWITCHED_OFF.why;
      const seen = { check, before: check.hardState, traits: this.#traitsOf(check) };
      if (isAtRest) this.#pipeline.rest(check.id);
      else this.#pipeline.check(how === 'as known' ? { ...seen, isKnown: true } : seen);
    }
  }

  #traitsOf(check: CheckRecord): AlertTraits {
    const traits = alertTraits(this.#options.definition(check.id));
    return this.#options.isSpokenFor(check) ? { ...traits, handlers: [] } : traits;
  }

  /** A handler that does not work is told by the others. */
  #tellFailing(id: string, error: string): void {
    const isOver = error === '';
    if (isOver && !this.#failing.delete(id)) return;
    if (!isOver) this.#failing.add(id);
    this.#options.bus.emit({
      type: 'problem-change',
      problem: {
        ...{ kind: 'agent', name: `handler ${id}`, displayName: `handler ${id}`, pack: '' },
        ...{
          severity: isOver ? 'ok' : 'critical',
          state: isOver ? 'ok' : 'failing',
          oldState: isOver ? 'failing' : 'ok',
        },
        output: isOver ? `handler ${id} delivers again` : `handler ${id} has delivered nothing for 5 minutes: ${error}`,
        handlers: this.#pipeline.telling.handlers().filter((other) => other !== id),
      },
    });
  }

  #meant(id: string): string {
    return didYouMean(id, [...this.#handlers.keys()]);
  }
}

const NOTHING_SENT = {
  ...{ error: '', remark: '', pending: 0, dead: 0, sent: 0, failed: 0, dropped: 0 },
  ...{ lastSuccess: null, lastFailure: null, lastSeconds: 0, isHeldBack: false },
};
