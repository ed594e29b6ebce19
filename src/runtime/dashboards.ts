import type { Clock } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import type { CheckRecord } from '../model/check.ts';
import type { DashboardDefinition, DashboardRecord, DashboardView } from '../model/dashboard.ts';
import type { Member } from '../model/member.ts';
import type { PackObject, PackSet } from '../model/pack.ts';
import type { TextStyle } from '../plugins/function.ts';
import type { KeptNumbers, Wanted } from './chart-past.ts';
import { objectsOf, parametersFor } from './configuration.ts';
import type { Evaluator } from './evaluator.ts';
import { TileValues } from './tile-values.ts';

interface DashboardsOptions {
  readonly evaluator: Evaluator;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly node: string;
  /** What charts show of the past; without it they begin with the present. */
  readonly kept?: KeptNumbers | undefined;
  packs(): PackSet;
  checks(): readonly CheckRecord[];
  members(): ReadonlyMap<string, Member>;
}

/** How a dashboard is wanted. */
interface DashboardWish {
  readonly style: TextStyle;
  readonly charts: Wanted;
}

/** The dashboards of the packs, and their values. */
export class Dashboards {
  readonly #options: DashboardsOptions;

  constructor(options: DashboardsOptions) {
    this.#options = options;
  }

  /** All of them, by id. */
  records(): DashboardRecord[] {
    return [...this.#objects().values()].map(recordOf).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** A dashboard as it is written, by its id or the last part of it. Throws `not_found`, or `ambiguous`. */
  definition(name: string): DashboardDefinition {
    const object = this.#find(name);
    const { file, line, definition } = object;
    return { ...recordOf(object), file, line, fields: definition };
  }

  /** A dashboard with its values. What fails in one tile does not keep the others. Throws as `definition` does. */
  async view(name: string, wish: DashboardWish): Promise<DashboardView> {
    const { node, clock } = this.#options;
    const object = this.#find(name);
    const { packName, packLevel, definition } = object;
    const parameters = parametersFor(this.#options.packs(), packName, packLevel);
    const values = new TileValues({ ...this.#options, ...wish, parameters });
    const { id, title } = recordOf(object);
    return { id, title, node, at: clock.wall(), content: await values.tile(definition['content']) };
  }

  #find(name: string): PackObject {
    const objects = this.#objects();
    const exact = objects.get(name);
    if (exact) return exact;
    const close = [...objects.values()].filter(({ id }) => id.endsWith(`/${name}`) || id.startsWith(`${name}/`));
    const [found] = close;
    if (found && close.length === 1) return found;
    const ids = close.map(({ id }) => id);
    if (found) throw new OpsbroError('ambiguous', `several dashboards are named "${name}": ${ids.join(', ')}`);
    const known = [...objects.keys()].flatMap((id) => [id, id.slice(id.lastIndexOf('/') + 1)]);
    throw new OpsbroError('not_found', `no dashboard is named "${name}"${didYouMean(name, known)}`);
  }

  #objects(): ReadonlyMap<string, PackObject> {
    return objectsOf(this.#options.packs(), 'dashboard');
  }
}

function recordOf({ id, definition, packName, packLevel }: PackObject): DashboardRecord {
  const title = definition['title'];
  return { id, title: typeof title === 'string' ? title : id, packName, packLevel };
}
