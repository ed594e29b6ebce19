import { isDeepStrictEqual } from 'node:util';
import { messageOf } from '../base/errors.ts';
import type { PackSet, YamlMap } from '../model/pack.ts';
import { parametersOf } from '../runtime/configuration.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { ShinkenExport } from '../shinken/export.ts';
import { exportSettings } from '../shinken/settings.ts';
import type { Pool } from './pool.ts';
import type { World } from './world.ts';
import type { Zones } from './zones.ts';

const PART = 'shinken';
const PACK = 'shinken';
const EVENT = 'shinken-restart';
const TROUBLES = ['settings', 'files', 'reload'];

interface ShinkenSetting {
  readonly world: World;
  readonly pool: Pool;
  readonly runtime: Pick<Runtime, 'checks'>;
  readonly zones: Pick<Zones, 'own' | 'tree'>;
  /** As they are in effect now. */
  packs(): PackSet;
}

/** The parameters of the pack that exports. */
export const shinkenParameters = (packs: PackSet): YamlMap => parametersOf(packs, PACK);

/** Exports nodes and results to a Shinken or a Nagios while the pack `shinken` is on, as its parameters are now and after each reload. */
export function openShinken(setting: ShinkenSetting): Disposable {
  const { bus } = setting.world;
  let parameters: YamlMap | undefined;
  let running: Disposable | undefined;
  const end = () => {
    running?.[Symbol.dispose]();
    running = undefined;
    for (const code of TROUBLES) setting.world.health.clear(PART, code);
  };
  const apply = () => {
    const now = shinkenParameters(setting.packs());
    if (isDeepStrictEqual(now, parameters)) return;
    parameters = now;
    end();
    running = started(now, setting);
  };
  apply();
  const listening = bus.on('config-change', apply);
  return {
    [Symbol.dispose]() {
      listening[Symbol.dispose]();
      end();
    },
  };
}

/** The export at work; `undefined` when it is off, or its parameters are wrong. */
function started(parameters: YamlMap, { world, pool, runtime, zones }: ShinkenSetting): Disposable | undefined {
  const { bus, clock, host, health } = world;
  const log = world.log.logger.child({ part: PART });
  const trouble = (code: string, text: string) => {
    if (text === '') health.clear(PART, code);
    else health.raise(PART, code, text);
  };
  try {
    const settings = exportSettings(parameters);
    if (settings === undefined) return undefined;
    return new ShinkenExport({
      ...{ settings, clock, bus, log, host, membership: pool, trouble },
      checks: () => runtime.checks(),
      takesZone: (zone) => zone === zones.own || zones.tree.ancestors(zone).includes(zones.own),
      reloaded() {
        log.info({}, 'the monitoring daemon has read its files again');
        tellPool(pool, log);
      },
    });
  } catch (error) {
    log.error({ reason: messageOf(error) }, 'nodes are not exported');
    trouble('settings', messageOf(error));
    return undefined;
  }
}

/** A node without a pool has nobody to tell. */
function tellPool(pool: Pick<Pool, 'addEvent'>, log: World['log']['logger']): void {
  try {
    pool.addEvent(EVENT);
  } catch (error) {
    log.debug({ reason: messageOf(error) }, 'the pool was not told of the reload');
  }
}
