import type { PackSet } from '../model/pack.ts';
import { alertingPart } from './alerting-part.ts';
import { dockerPart, dockerSocket } from './docker-part.ts';
import { functionJson, pureFunctions } from './function-json.ts';
import { inquire } from './inquiries.ts';
import type { Parts, Setting } from './parts.ts';
import { keysIn } from './plugins.ts';

/** What the API is given of the parts of an agent as it is; `packs` answers with those that are in effect. */
export function servedParts({ world, zones }: Setting, parts: Parts, packs: () => PackSet) {
  const { access, pool, peers, runtime, alerts, definitions, kv, series, render } = parts;
  const { history, groupHistory, collectorHistory, checkHistory, handlerHistory, configHistory } = parts;
  const { clock, plugins } = world;
  return {
    access,
    membership: pool,
    pool,
    inquire: (name: string) => inquire(name, { pool, client: peers.client, now: () => clock.now() }),
    ...{ history, groupHistory, collectorHistory, checkHistory, handlerHistory, configHistory },
    filtering: { functions: pureFunctions(plugins.functions), clock },
    runtime,
    definitions,
    alerting: alertingPart({ work: runtime, parts: alerts, membership: pool, peers }),
    dashboards: runtime.dashboards,
    docker: dockerPart({
      host: world.host,
      socket: () => dockerSocket(packs()),
      collected: () => runtime.collector('docker'),
    }),
    polling: runtime.polling,
    ...{ kv, series, render },
    keyNamed: (fingerprint: string) => zones.keys.named(fingerprint),
    packs,
    functions: () => [...plugins.functions].map(functionJson),
    collectorKeys: (name: string) => keysIn(plugins, name),
  };
}
