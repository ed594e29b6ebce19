import { readFile, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Level } from 'level';
import type { Disposal } from '../base/disposal.ts';
import { messageOf, OpsbroError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { AgentConfig } from '../config/agent-schema.ts';
import { type RuleFile, readAggregationFile, readSchemaFile } from '../config/series-rules.ts';
import { CheckFeed } from '../metrics/check-feed.ts';
import { CollectorFeed } from '../metrics/collector-feed.ts';
import { DATABASE_OPTIONS, type Database } from '../metrics/database.ts';
import { type MetricStore, openMetricStore } from '../metrics/metric-store.ts';
import type { WrittenRules } from '../metrics/rules.ts';
import { standsFor } from '../plugins/key-match.ts';
import type { KeyDoc } from '../plugins/kinds.ts';
import { keysIn } from './plugins.ts';
import type { World } from './world.ts';

const PART = 'metrics';

/** Opens the series of this node and lets what collectors see become some of them. Fails when another process has them open. */
export async function openSeries(
  world: World,
  config: AgentConfig,
  node: string,
  opened: Disposal,
): Promise<MetricStore> {
  const { home, clock, bus, plugins } = world;
  const log = world.log.logger.child({ part: PART });
  const database = await openDatabase(join(home.data, 'ts'), Math.floor(clock.wall() / 1_000), log);
  opened.defer(() => database.close());
  const { max_series: maxSeries, max_bytes: maxBytes, max_future: maxFuture } = config.store;
  const setting = { database, clock, log, maxSeries, maxBytes, maxFuture: maxFuture / 1_000 };
  const store = opened.use(await openWithRules(setting, await rulesOf(world, config, log), world));
  opened.use(
    new CollectorFeed({
      bus,
      log,
      add: (point) => void store.add(point, 'own'),
      node,
      isNodeEscaped: config.metrics.escape_hostname,
      naming: config.metrics.legacy_names ? 'as they are' : 'cleaned',
      isStored: (collector, path) => isStored(keysIn(plugins, collector), path),
    }),
  );
  opened.use(
    new CheckFeed({
      bus,
      add: (point) => void store.add(point, 'own'),
      node,
      isNodeEscaped: config.metrics.escape_hostname,
      withThresholds: config.metrics.perfdata_thresholds,
    }),
  );
  return store;
}

/** As the first key says that stands for it. */
const isStored = (keys: readonly KeyDoc[], path: readonly string[]): boolean =>
  keys.find((key) => standsFor(key, path))?.stored ?? true;

/** Rules that are wrong are told of and not used; the node keeps its series by the usual ones. */
async function openWithRules(
  setting: Omit<Parameters<typeof openMetricStore>[0], 'rules'>,
  rules: WrittenRules,
  { health }: World,
): Promise<MetricStore> {
  try {
    return await openMetricStore({ ...setting, rules });
  } catch (error) {
    if (!(error instanceof OpsbroError) || error.code !== 'invalid_config') throw error;
    health.raise(PART, 'rules', error.message);
    setting.log.error({ reason: error.message }, 'the rules for series are not used');
    return await openMetricStore(setting);
  }
}

async function rulesOf({ home, health }: World, { store }: AgentConfig, log: Logger): Promise<WrittenRules> {
  const schemas = await written(store.schemas, home.config, readSchemaFile);
  const aggregation = await written(store.aggregation, home.config, readAggregationFile);
  const errors = [...schemas.errors, ...aggregation.errors];
  for (const error of errors) log.error({}, error);
  if (errors.length > 0) health.raise(PART, 'rules', errors.join('; '));
  return { schemas: schemas.rules, aggregation: aggregation.rules };
}

/** Rules as a list, or those of the file at a path. */
async function written<Rule>(
  rules: string | readonly Rule[],
  directory: string,
  read: (text: string, file: string) => RuleFile<Rule>,
): Promise<RuleFile<Rule>> {
  if (typeof rules !== 'string') return { rules, errors: [] };
  const file = resolve(directory, rules);
  try {
    return read(await readFile(file, 'utf8'), file);
  } catch (error) {
    return { rules: [], errors: [`${file}: ${messageOf(error)}`] };
  }
}

/** A damaged database is repaired; one beyond repair is set aside, and a new one begun. */
async function openDatabase(path: string, now: number, log: Logger): Promise<Database> {
  const open = async (): Promise<Database> => {
    const database: Database = new Level(path, DATABASE_OPTIONS);
    await database.open();
    return database;
  };
  try {
    return await open();
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (cause instanceof Error && 'code' in cause && cause.code === 'LEVEL_LOCKED') {
      throw new OpsbroError('already_exists', `${path} is in use by another process`, { cause: error });
    }
    log.error({ path, reason: messageOf(cause ?? error) }, 'the series are damaged; repairing them');
  }
  try {
    // The types of `level` leave out what it inherits from classic-level.
    await (Level as unknown as { repair(path: string): Promise<void> }).repair(path);
    return await open();
  } catch (error) {
    const aside = `${path}.corrupt-${now}`;
    log.error({ aside, reason: messageOf(error) }, 'the series are beyond repair; they were set aside and begun anew');
    await rename(path, aside);
    return await open();
  }
}
