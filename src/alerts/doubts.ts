import { didYouMean } from '../base/nearest.ts';
import type { AlertingSettings, WrittenRoute } from '../config/alerting-schema.ts';
import { isOverNodes } from './message-groups.ts';

/** What is written of alerting, as far as its parts have to fit each other. */
export interface WrittenAlerting {
  readonly settings: Pick<AlertingSettings, 'routes' | 'gather' | 'group_by'>;
  /** Ids of the handlers there are. */
  readonly handlers: readonly string[];
  /** Those of them that are switched off for good. */
  readonly off: ReadonlySet<string>;
  /** Checks that name their handlers. */
  readonly checks: readonly { readonly id: string; readonly handlers: readonly string[] }[];
}

/** Something that is written and has no effect, or another than was meant. */
export interface AlertingDoubt {
  /** What it is about: a route by its index, a handler, or a check by its id. */
  readonly about:
    | { readonly setting: 'gather' }
    | { readonly route: number }
    | { readonly handler: string }
    | { readonly check: string };
  readonly message: string;
}

/** What does not fit together: unknown handlers, routes and handlers without use, checks of which nobody is told. */
export function alertingDoubts(written: WrittenAlerting): AlertingDoubt[] {
  return [
    ...gatherDoubts(written.settings),
    ...routeDoubts(written),
    ...unusedHandlers(written),
    ...checkDoubts(written),
  ];
}

function* gatherDoubts({ gather, group_by, routes }: WrittenAlerting['settings']): Iterable<AlertingDoubt> {
  const all = [group_by, ...routes.map((route) => route.group_by ?? group_by)];
  if (gather === 'node' || all.some((groupBy) => isOverNodes({ groupBy }))) return;
  const message =
    'gather: zone has no effect as long as every group_by holds node; leave node out, as in group_by: [check]';
  yield { about: { setting: 'gather' }, message };
}

function* routeDoubts({ settings: { routes }, handlers }: WrittenAlerting): Iterable<AlertingDoubt> {
  let end: number | undefined;
  for (const [route, written] of routes.entries()) {
    const named = [...(written.handlers ?? []), ...written.escalate.flatMap((step) => step.handlers)];
    for (const id of named) if (!handlers.includes(id)) yield { about: { route }, message: unknown(id, handlers) };
    if (end !== undefined)
      yield { about: { route }, message: `route ${route + 1} is never asked: route ${end + 1} takes all` };
    else if (takesAll(written)) end = route;
  }
}

/** A handler is used when some route names it or is for everybody, or when alerts may pass all routes. */
function* unusedHandlers({ settings: { routes }, handlers, off }: WrittenAlerting): Iterable<AlertingDoubt> {
  if (!routes.some(takesAll)) return;
  if (routes.some((route) => route.handlers === undefined && route.escalate.length === 0)) return;
  const used = new Set(
    routes.flatMap((route) => [...(route.handlers ?? []), ...route.escalate.flatMap((step) => step.handlers)]),
  );
  for (const handler of handlers) {
    if (!used.has(handler) && !off.has(handler))
      yield { about: { handler }, message: `no route leads to handler "${handler}"` };
  }
}

function* checkDoubts({ checks, handlers, off }: WrittenAlerting): Iterable<AlertingDoubt> {
  // Who has no handler at all does not want to be told.
  if (handlers.length === 0) return;
  for (const { id: check, handlers: named } of checks) {
    const missing = named.filter((id) => !handlers.includes(id));
    for (const id of missing) yield { about: { check }, message: unknown(id, handlers) };
    const reached = named.filter((id) => handlers.includes(id) && !off.has(id));
    if (named.length > 0 && reached.length === 0) yield { about: { check }, message: 'nobody is told of this check' };
  }
}

const takesAll = ({ match, continue: goesOn }: WrittenRoute): boolean => Object.keys(match).length === 0 && !goesOn;

const unknown = (id: string, handlers: readonly string[]): string =>
  `handler "${id}" is not known${didYouMean(id, handlers)}`;
