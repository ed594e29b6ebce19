import { sharedAbort } from '../base/abort.ts';
import type { Bus } from '../base/bus.ts';
import { messageOf, OpsbroError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { GroupTest } from '../expressions/group-test.ts';
import type { Alert, Message } from '../model/alert.ts';
import { CHECK_STATES, type CheckRecord, type CheckState } from '../model/check.ts';
import type { AgentEvent } from '../model/event.ts';
import type { YamlMap } from '../model/pack.ts';
import type { Channel, Handler } from '../plugins/kinds.ts';
import { revisionsOf } from '../plugins/plugin.ts';
import type { Registry } from '../plugins/registry.ts';
import { applicability } from './applicability.ts';
import { checkAlert } from './check-alert.ts';
import type { CheckPlan } from './check-plan.ts';
import { stateOf } from './check-traits.ts';
import { type Configuration, compare, type Difference, type Digested, objectsOf } from './configuration.ts';
import type { Guard } from './guard.ts';
import { type Desks, templateFolders } from './handler-desk.ts';

const TIMEOUT_MS = 30_000;
/** Alerts that wait for a handler which is slower than they come; further ones are dropped and counted. */
const MAX_WAITING = 1_000;

interface AlertingOptions {
  readonly bus: Bus<AgentEvent>;
  readonly guard: Guard;
  readonly log: Logger;
  readonly plugins: Registry<Handler>;
  readonly desks: Desks;
  readonly node: {
    readonly id: string;
    readonly name: string;
    readonly displayName: string;
    readonly address: string;
    readonly zone: string;
  };
  groups(): ReadonlySet<string>;
  /** What is written of a check of this node. */
  plan(check: string): CheckPlan;
  now(): number;
}

/** A handler as it is written: an object of its own, or the pack of its name. */
interface WrittenHandler extends Digested {
  readonly id: string;
  readonly type: string;
  readonly fields: YamlMap;
  /** Folders with its templates, the first of which counts most. */
  readonly templates: readonly string[];
}

/** What became of the alerts of a handler since the start. */
export interface HandlerCounts {
  readonly id: string;
  readonly type: string;
  readonly sent: number;
  readonly failed: number;
  /** Of the last failure; empty when the last alert was delivered. */
  readonly error: string;
}

/** Tells people of checks whose confirmed state changed, by the handlers that are written for it. */
export class Alerting {
  readonly #options: AlertingOptions;
  readonly #handlers = new Map<string, HandlerRun>();
  readonly #stop = sharedAbort();
  #listening: Disposable | undefined;

  constructor(options: AlertingOptions) {
    this.#options = options;
  }

  /** Makes the handlers be what is written; those that stay the same are not touched. */
  apply(configuration: Configuration): Difference {
    const { plugins, log } = this.#options;
    const written = writtenHandlers(configuration, plugins);
    const { added, changed, removed, difference } = compare(this.#handlers, written);
    for (const id of removed) this.#drop(id);
    for (const [id, handler] of [...added, ...changed]) {
      try {
        const run = new HandlerRun(handler, plugins);
        this.#drop(id);
        this.#handlers.set(id, run);
      } catch (error) {
        if (!(error instanceof OpsbroError)) throw error;
        log.warn({ handler: id }, messageOf(error));
      }
    }
    return difference;
  }

  start(): void {
    this.#listening = this.#options.bus.on('check-change', ({ check, before, result }) => {
      // That monitoring was switched off or on says nothing about what is checked.
      if (result) this.#judge(check, before);
    });
  }

  counts(): HandlerCounts[] {
    return [...this.#handlers.values()].map((handler) => handler.counts);
  }

  async stop(): Promise<void> {
    this.#listening?.[Symbol.dispose]();
    this.#stop.abort(new Error('the agent stops'));
    for (const id of [...this.#handlers.keys()]) this.#drop(id);
  }

  /** Only confirmed changes are told. That a check is well when it is first seen is no news. */
  #judge(check: CheckRecord, before: CheckRecord): void {
    const { hard, hardState, id } = check;
    if (!hard || hardState === 'pending' || hardState === before.hardState) return;
    if (before.hardState === 'pending' && hardState === 'ok') return;
    const { node, groups, plan, now } = this.#options;
    const { handlers, severities } = plan(id);
    if (!severities.has(hardState)) return;
    const { displayName, address, zone } = node;
    const from = { uuid: node.id, name: node.name, displayName, address, zone, groups: [...groups()] };
    const alert = checkAlert(from, check, before, now());
    for (const handler of this.#handlers.values()) {
      const isMeant = handlers === undefined || handlers.includes(handler.id);
      if (isMeant && handler.wants(hardState, groups())) this.#send(handler, alert);
    }
  }

  #send(handler: HandlerRun, alert: Alert): void {
    const { guard, log, desks } = this.#options;
    const desk = desks.with(handler.templates);
    const signal = this.#stop.signal;
    const message = this.#messageOf(alert);
    const isTaken = handler.queue(async (open) => {
      if (signal.aborted) return undefined;
      const limits = { timeoutMs: TIMEOUT_MS, signal };
      const outcome = await guard.run(`handler ${handler.id}`, limits, async (until) =>
        open().notify(message, until, desk),
      );
      return outcome.status === 'ok' ? '' : outcome.message;
    });
    if (!isTaken) log.warn({ handler: handler.id, check: alert.name }, 'too many alerts wait; this one is dropped');
  }

  #messageOf(alert: Alert): Message {
    const { id: uuid, name, zone } = this.#options.node;
    const sender = { uuid, name, zone, version: '' };
    const action = alert.status === 'resolved' ? 'resolved' : 'fired';
    return {
      id: alert.id,
      action,
      alerts: [alert],
      more: 0,
      group: new Map(),
      sender,
      at: alert.updated,
      isTest: false,
    };
  }

  #drop(id: string): void {
    this.#handlers.get(id)?.close();
    this.#handlers.delete(id);
  }
}

/** Sends over the channel of a handler; answers with what went wrong, or nothing at all when it was given up. */
type Send = (open: () => Channel) => Promise<string | undefined>;

/** A handler at work: sends one alert after the other. */
class HandlerRun implements Digested {
  readonly id: string;
  readonly digest: string;
  readonly templates: readonly string[];
  readonly #type: string;
  readonly #plugin: Handler;
  readonly #fields: YamlMap;
  #channel: Channel | undefined;
  readonly #severities: ReadonlySet<CheckState>;
  readonly #applies: GroupTest;
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #counts = { sent: 0, failed: 0, error: '' };

  /** Throws when what is written cannot be understood. */
  constructor({ id, type, fields, digest, templates }: WrittenHandler, plugins: Registry<Handler>) {
    const { severities, enabled_if_group, enabled } = fields;
    this.id = id;
    this.digest = digest;
    this.templates = templates;
    this.#type = type;
    this.#severities = new Set(severities === undefined ? CHECK_STATES : [severities].flat().map(stateOf));
    this.#plugin = plugins.get(type);
    this.#fields = fields;
    const isOn = enabled ?? enabled_if_group === undefined;
    this.#applies = isOn === true ? () => true : applicability(enabled_if_group ?? false);
    // One that waits for a group may be unfinished until then.
    if (isOn === true) this.#open();
  }

  #open(): Channel {
    this.#channel ??= this.#plugin.configure(this.#fields);
    return this.#channel;
  }

  get counts(): HandlerCounts {
    return { id: this.id, type: this.#type, ...this.#counts };
  }

  wants(state: CheckState, groups: ReadonlySet<string>): boolean {
    return this.#severities.has(state) && this.#applies(groups);
  }

  /** Sends after what waits before it. Refuses when too many wait. */
  queue(send: Send): boolean {
    if (this.#waiting >= MAX_WAITING) {
      this.#counts.failed += 1;
      return false;
    }
    this.#waiting += 1;
    this.#tail = this.#next(this.#tail, send);
    return true;
  }

  async #next(before: Promise<void>, send: Send): Promise<void> {
    await before;
    const error = await send(() => this.#open());
    this.#waiting -= 1;
    if (error === undefined) return;
    this.#counts = { ...this.#counts, error };
    this.#counts[error === '' ? 'sent' : 'failed'] += 1;
  }

  close(): void {
    this.#channel?.close?.();
  }
}

/** Handlers that are objects, and packs that carry the name of a kind of handler and are switched on. */
function writtenHandlers({ packs }: Configuration, plugins: Registry<Handler>): ReadonlyMap<string, WrittenHandler> {
  const written = new Map<string, WrittenHandler>();
  const code = revisionsOf(plugins);
  const add = (id: string, type: string, fields: YamlMap, templates: readonly string[]) =>
    written.set(id, { id, type, fields, templates, digest: JSON.stringify([type, fields, templates, code]) });
  for (const pack of packs.packs) {
    const { name, overloadedBy, parameters } = pack;
    const { enabled, enabled_if_group } = parameters;
    const isKind = overloadedBy === null && [...plugins].some((plugin) => plugin.name === name);
    if (isKind && (enabled === true || enabled_if_group !== undefined))
      add(name, name, parameters, templateFolders(packs, { packName: name }));
  }
  for (const object of objectsOf(packs, 'handler').values()) {
    const { definition } = object;
    const { id, type = '', enabled } = definition;
    if (enabled !== false) add(String(id ?? type), String(type), definition, templateFolders(packs, object));
  }
  return written;
}
