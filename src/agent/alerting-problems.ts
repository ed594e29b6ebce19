import { alertingDoubts } from '../alerts/doubts.ts';
import { conditionTest } from '../alerts/mutes/fits.ts';
import { systemClock } from '../base/clock.ts';
import { messageOf, OpsbroError } from '../base/errors.ts';
import type { AgentConfig } from '../config/agent-schema.ts';
import { placeOf } from '../config/origin.ts';
import type { PackObject, PackSet, Problem } from '../model/pack.ts';
import { functionTable } from '../plugins/function.ts';
import { objectsOf } from '../runtime/configuration.ts';
import { writtenHandlers } from '../runtime/written-handlers.ts';
import type { Plugins } from './plugins.ts';

interface WrittenParts {
  readonly config: AgentConfig;
  readonly origins: ReadonlyMap<string, string>;
  readonly packs: PackSet;
}

/** What is wrong, or has no effect, in how handlers, routes and checks of an agent fit together. */
export function alertingProblems({ config, origins, packs }: WrittenParts, plugins: Plugins): Problem[] {
  const handlers = writtenHandlers({ packs }, plugins.handlers);
  const off = [...handlers.values()].filter(({ fields }) => fields['enabled'] === false).map(({ id }) => id);
  const checks = objectsOf(packs, 'check');
  const { routes } = config.alerting;
  const doubts = alertingDoubts({
    settings: config.alerting,
    handlers: [...handlers.keys()],
    off: new Set(off),
    checks: [...checks.values()].map(({ id, definition: { handlers: named } }) => ({
      id,
      handlers: named === undefined || named === null ? [] : [named].flat().map(String),
    })),
  });
  const ofRoutes = { ...placeOf(origins, ['alerting.routes'], 'agent.yml'), key: 'alerting.routes' };
  const placeIn = (object: PackObject | undefined, key: string) =>
    object ? { file: object.file, line: object.line, column: 1, key, pack: object.packName } : ofRoutes;
  const ofGather = { ...placeOf(origins, ['alerting.gather'], 'agent.yml'), key: 'alerting.gather' };
  const found = doubts.map(({ about, message }): Problem => {
    if ('setting' in about) return { level: 'warning', ...ofGather, message };
    if ('route' in about) return { level: 'warning', ...ofRoutes, key: `alerting.routes.${about.route}`, message };
    if ('check' in about) return { level: 'warning', ...placeIn(checks.get(about.check), 'handlers'), message };
    return { level: 'warning', ...ofRoutes, message };
  });
  return [
    ...found,
    ...unreadable(routes, plugins).map((wrong): Problem => ({ level: 'error', ...ofRoutes, ...wrong })),
  ];
}

/** Expressions of routes that cannot be read. */
function unreadable(routes: AgentConfig['alerting']['routes'], { functions }: Plugins) {
  const language = { functions: functionTable(functions), clock: systemClock };
  const texts = routes.flatMap(({ match }, index) => (match['if'] ?? []).map((text) => [index, text] as const));
  return texts.flatMap(([index, text]) => {
    try {
      conditionTest(text, language);
      return [];
    } catch (error) {
      if (!(error instanceof OpsbroError)) throw error;
      return [{ key: `alerting.routes.${index}.match.if`, message: messageOf(error) }];
    }
  });
}
