/** What of alerts concerns more than one node: what is kept quiet in the zone, and who tells of nodes that are gone. */
import { randomBytes } from 'node:crypto';
import { MuteBook } from '../alerts/mutes/mute-book.ts';
import { NodeWatch } from '../alerts/nodes/node-watch.ts';
import { OwnNotices } from '../alerts/nodes/own-notices.ts';
import { ZoneWatch } from '../alerts/nodes/zone-watch.ts';
import type { Disposal } from '../base/disposal.ts';
import type { AgentConfig } from '../config/agent-schema.ts';
import { relationIn } from '../gossip/zones/zone-relation.ts';
import type { ZoneDesk } from '../runtime/alerting.ts';
import { pureFunctions } from './function-json.ts';
import type { Setting } from './parts.ts';
import type { Peers } from './peers.ts';
import type { Pool } from './pool.ts';
import type { StateStore } from './state-store.ts';
import { gatheringZone } from './zone-gathering.ts';
import { ZoneMutes } from './zone-mutes.ts';

/** The parts of alerting that follow the pool. */
export interface AlertParts {
  readonly book: MuteBook;
  readonly mutes: ZoneMutes;
  /** The nodes of the zone that put alerts of several nodes together. */
  readonly gathering: ZoneDesk;
  /** The configuration changed. */
  apply(config: AgentConfig['alerting']): void;
  /** This node is in another pool. */
  moved(): void;
}

interface Around {
  readonly pool: Pool;
  readonly peers: Peers;
  readonly state: StateStore;
}

/** Opens them; `opened` closes them. */
export async function openAlertParts(setting: Setting, around: Around, opened: Disposal): Promise<AlertParts> {
  const { clock, bus, random, log, plugins } = setting.world;
  const { pool, peers, state } = around;
  let { alerting } = setting.written.loaded.config;
  const functions = pureFunctions(plugins.functions);
  const newId = () => randomBytes(6).toString('hex');
  const book = opened.use(await MuteBook.open({ shelf: state.shelf('mutes'), clock, functions, newId }));
  const logger = log.logger.child({ part: 'alerts' });
  const common = { membership: pool, clock, bus };
  const mutes = opened.use(new ZoneMutes({ ...common, book, client: peers.client, random, log: logger }));
  for (const route of mutes.routes()) peers.route(route);
  const notices = await OwnNotices.open({
    shelf: state.shelf('notices'),
    now: () => clock.wall(),
    publish: (incident, notice) => pool.setNotice(incident, notice),
  });
  const watch = opened.use(
    new NodeWatch({
      ...common,
      notices,
      settings: () => ({ graceMs: alerting.node_grace, areSerfNodesTold: alerting.serf_nodes }),
      why: (name) => pool.why(name).summary,
    }),
  );
  const isBelow = (zone: string) => relationIn(setting.zones.tree, pool.self.zone, zone) === 'child';
  opened.use(new ZoneWatch({ ...common, notices, isBelow }));
  return {
    book,
    mutes,
    gathering: gatheringZone({ ...common, client: peers.client, shelf: state.shelf('gathered'), log: logger }),
    apply(config) {
      alerting = config;
    },
    moved: () => watch.moved(),
  };
}
