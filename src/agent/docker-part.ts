import { failedWith, messageOf, OpsbroError } from '../base/errors.ts';
import { valueKeys } from '../collectors/support/cgroup-values.ts';
import { type Engine, engineAt } from '../collectors/support/docker-engine.ts';
import {
  EngineVersion,
  InspectedContainer,
  ListedContainers,
  ListedImages,
  shownContainer,
  shownImages,
} from '../collectors/support/docker-records.ts';
import type { DockerPart } from '../http/parts.ts';
import type { ContainerStatsJson } from '../http/schemas/docker.ts';
import type { CollectorRecord } from '../model/collector.ts';
import type { Metrics, Value } from '../model/metrics.ts';
import type { PackSet } from '../model/pack.ts';
import type { Host } from '../net/host.ts';
import { parametersOf } from '../runtime/configuration.ts';

/** More containers than these are not asked for one by one. */
const MOST = 500;

interface Source {
  readonly host: Host;
  /** Where the configuration says that the engine listens; empty: where engines usually do. */
  socket(): string;
  /** What the collector of containers saw last. */
  collected(): CollectorRecord;
}

/** Answers for the engine of containers of this node: from the engine itself, but for what containers use, which is measured over time. */
export function dockerPart({ host, socket, collected }: Source): DockerPart {
  const asking = async <T>(signal: AbortSignal, ask: (engine: Engine) => Promise<T>): Promise<T> => {
    try {
      return await ask(await engineAt(host, socket()));
    } catch (error) {
      throw error instanceof OpsbroError ? error : absent(messageOf(error), error);
    } finally {
      signal.throwIfAborted();
    }
  };
  const container = async (engine: Engine, id: string, signal: AbortSignal) =>
    shownContainer(InspectedContainer.parse(await engine.ask(`/containers/${id}/json`, signal)));
  const list = async (engine: Engine, signal: AbortSignal) =>
    ListedContainers.parse(await engine.ask('/containers/json?all=1', signal));
  const images = async (engine: Engine, signal: AbortSignal) =>
    shownImages(ListedImages.parse(await engine.ask('/images/json', signal)));

  return {
    async engine(signal) {
      const enabled = collected().state !== 'disabled';
      const nothing = { enabled, connected: false, version: '', api: '', containers: 0, images: 0 };
      try {
        return await asking(signal, async (engine) => {
          const { Version, ApiVersion } = EngineVersion.parse(await engine.ask('/version', signal));
          const [containers, found] = [await list(engine, signal), await images(engine, signal)];
          const counts = { containers: containers.length, images: found.length };
          return { enabled, connected: true, version: Version, api: ApiVersion, ...counts };
        });
      } catch {
        return nothing;
      }
    },
    containers: (signal) =>
      asking(signal, async (engine) => {
        const shown = [];
        for (const { Id } of (await list(engine, signal)).slice(0, MOST)) {
          const found = await container(engine, Id, signal).catch(goneMeanwhile);
          if (found) shown.push(found);
        }
        return shown;
      }),
    container: (id, signal) => asking(signal, (engine) => container(engine, id, signal)),
    images: (signal) => asking(signal, (engine) => images(engine, signal)),
    stats: () => statsOf(collected()),
  };
}

/** A container that has gone since it was listed is none any more. */
function goneMeanwhile(error: unknown): undefined {
  if (!failedWith(error, 'not_found')) throw error;
}

/** Where the parameters of the packs say that the engine listens. */
export function dockerSocket(packs: PackSet): string {
  const { socket } = parametersOf(packs, 'docker-host');
  return typeof socket === 'string' ? socket : '';
}

const absent = (why: string, cause?: unknown): OpsbroError =>
  new OpsbroError('not_found', `docker is not running here: ${why}`, { cause });

/** How each value is to be understood, by its key. */
const KEYS = new Map(valueKeys('').map(({ key, kind, unit }) => [key.slice(1), { type: kind, unit }]));

const IMAGES = 'images.';

/** What the collector measured, each value with its type and unit. Throws `not_found` when no engine answered it. */
export function statsOf({ results, log }: CollectorRecord): ContainerStatsJson {
  if (results?.['up'] !== 1) throw absent(log || 'nothing is known of it yet');
  const { containers } = results;
  const byId = Object.values(isTree(containers) ? containers : {}).flatMap((tree) =>
    isTree(tree) && typeof tree['id'] === 'string' ? [[tree['id'], explained(tree)] as const] : [],
  );
  const byImage = Object.entries(results).flatMap(([key, tree]) =>
    key.startsWith(IMAGES) && isTree(tree) ? [[key.slice(IMAGES.length), explained(tree)] as const] : [],
  );
  return { containers: Object.fromEntries(byId), images: Object.fromEntries(byImage) };
}

function explained(tree: Metrics): ContainerStatsJson['images'][string] {
  const values = Array.from(KEYS, ([key, about]) => [key, valueAt(tree, key), about] as const);
  return Object.fromEntries(
    values.flatMap(([key, value, about]) => (typeof value === 'number' ? [[key, { value, ...about }]] : [])),
  );
}

function valueAt(tree: Metrics, key: string): Value | undefined {
  const dot = key.indexOf('.');
  if (dot < 0) return tree[key];
  const branch = tree[key.slice(0, dot)];
  return isTree(branch) ? branch[key.slice(dot + 1)] : undefined;
}

const isTree = (value: Value | undefined): value is Metrics =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
