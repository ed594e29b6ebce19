import { matchesAny } from '../base/glob.ts';
import type { AlertingSettings, WrittenRoute } from '../config/alerting-schema.ts';
import type { Alert } from '../model/alert.ts';
import { quietUntil } from './mute-times.ts';

/** Makes a test of alerts from an expression over the fields of their record. Throws `expression`. */
export type CompileTest = (text: string) => (alert: Alert) => boolean;

/** How alerts are put together on their way to a handler. Durations are milliseconds. */
export interface Way {
  readonly groupBy: readonly string[];
  readonly groupWaitMs: number;
  readonly groupIntervalMs: number;
  /** 0 for never. */
  readonly repeatMs: number;
  /** It comes by a step of an escalation after the first. */
  readonly isEscalation: boolean;
  /** The step takes only these severities. */
  readonly severities?: readonly string[];
  /** Until when (epoch milliseconds) this way is quiet; `null` when it is not. */
  quietUntil(now: number): number | null;
}

/** Where an alert goes. */
export interface Direction {
  /** Handlers and how each is told; `everybody` is for those that are not among them. */
  readonly ways: ReadonlyMap<string, Way>;
  readonly everybody: Way | null;
  /** Milliseconds after which further handlers are told, from the start of the alert; ascending. */
  readonly steps: readonly number[];
  /** By number of the route, from 1: whether it was taken, and why not. */
  readonly routes: readonly { readonly number: number; readonly isTaken: boolean; readonly why: string }[];
}

interface Route {
  readonly written: WrittenRoute;
  /** Why it is not for an alert; empty when it is. */
  why(alert: Alert): string;
}

type Field = (alert: Alert) => readonly string[];

const FIELDS: ReadonlyMap<string, Field> = new Map<string, Field>([
  ['kind', ({ kind }) => [kind]],
  ['severity', ({ severity }) => [severity]],
  ['state', ({ state }) => [state]],
  ['check', ({ kind, name }) => (kind === 'check' ? [name] : [])],
  ['pack', ({ pack }) => [pack]],
  ['service', ({ kind, name, service }) => (kind === 'service' ? [name] : service === undefined ? [] : [service])],
  ['node', ({ node }) => [node.name, node.uuid]],
  ['group', ({ node }) => node.groups],
  ['zone', ({ node }) => [node.zone]],
]);

/** The routes as they are written, ready to be asked. */
export class Routes {
  readonly #routes: readonly Route[];
  readonly #settings: AlertingSettings;

  /** Throws `expression` when an `if` cannot be read. */
  constructor(settings: AlertingSettings, compile: CompileTest) {
    this.#settings = settings;
    this.#routes = settings.routes.map((written) => ({ written, why: reasons(written, compile) }));
  }

  /** Where an alert goes, with the steps of its escalation that it has reached. */
  directionOf(alert: Alert): Direction {
    const routes = this.#taken(alert);
    const taken = routes.flatMap(({ number, isTaken }) => (isTaken ? (this.#routes[number - 1]?.written ?? []) : []));
    const times = new Set(taken.flatMap(({ escalate }) => escalate.map(({ after }) => after)));
    const steps = [...times].sort((a, b) => a - b);
    const reachedMs = steps[alert.step - 1] ?? 0;
    const ways = new Map<string, Way>();
    for (const route of taken) this.#add(route, reachedMs, ways);
    const open = taken.find(({ handlers, escalate }) => handlers === undefined && escalate.length === 0);
    const everybody = taken.length === 0 ? this.#way({}) : open ? this.#way(open) : null;
    return { ways, everybody, steps, routes };
  }

  #taken(alert: Alert): Direction['routes'] {
    let isOver = false;
    return this.#routes.map(({ written, why }, index) => {
      const reason = isOver ? 'an earlier route ended the search' : why(alert);
      const isTaken = reason === '';
      if (isTaken && !written.continue) isOver = true;
      return { number: index + 1, isTaken, why: reason };
    });
  }

  #add(route: WrittenRoute, reachedMs: number, ways: Map<string, Way>): void {
    const put = (handlers: readonly string[], way: Way) => {
      for (const id of handlers) if (!ways.has(id)) ways.set(id, way);
    };
    put(route.handlers ?? [], this.#way(route));
    for (const { after, handlers, repeat, severities } of route.escalate) {
      if (after > reachedMs) continue;
      const own = this.#way({ ...route, ...(repeat !== undefined && { repeat }) });
      put(handlers, { ...own, isEscalation: after > 0, ...(severities && { severities }) });
    }
  }

  #way(route: Partial<WrittenRoute>): Way {
    const { group_by, group_wait, group_interval, repeat, mute_times = [] } = route;
    const settings = this.#settings;
    return {
      groupBy: group_by ?? settings.group_by,
      groupWaitMs: group_wait ?? settings.group_wait,
      groupIntervalMs: group_interval ?? settings.group_interval,
      repeatMs: repeat ?? settings.repeat,
      isEscalation: false,
      quietUntil: (now) => quietUntil(mute_times, now),
    };
  }
}

/** Makes the question why a route is not for an alert. */
function reasons({ match }: WrittenRoute, compile: CompileTest): (alert: Alert) => string {
  const tests = Object.entries(match).map(([key, patterns]) => ({ key, holds: testOf(key, patterns, compile) }));
  return (alert) => {
    const failed = tests.find(({ holds }) => !holds(alert));
    return failed === undefined ? '' : `its ${failed.key} is another`;
  };
}

function testOf(key: string, patterns: readonly string[], compile: CompileTest): (alert: Alert) => boolean {
  if (key === 'if') {
    const tests = patterns.map(compile);
    return (alert) => tests.some((test) => test(alert));
  }
  const valuesOf = fieldOf(key);
  return (alert) => valuesOf(alert).some((value) => matchesAny(patterns, value));
}

/** The values of a field of an alert by its name: one of `FIELDS`, or `label.NAME`. */
export function fieldOf(key: string): Field {
  const label = key.startsWith('label.') ? key.slice('label.'.length) : undefined;
  if (label === undefined) return FIELDS.get(key) ?? (() => []);
  return ({ labels }) => [labels.get(label)].filter((value) => value !== undefined);
}
