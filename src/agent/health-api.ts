import type { ApiParts } from '../http/parts.ts';
import { RequestRate } from '../repair/request-rate.ts';
import { shownCommand } from '../runtime/repair-acts.ts';
import { collectLogs } from './collect-logs.ts';
import type { HealthPart } from './health-part.ts';
import type { World } from './world.ts';

interface HealthApiSetting {
  readonly world: World;
  /** Further files that are given away with the logs. */
  logPaths(): readonly string[];
}

/** The services of this node as the API speaks for them; how often repairs may be asked for is counted here. */
export function healthApi(health: HealthPart, { world, logPaths }: HealthApiSetting): ApiParts['health'] {
  const { home, clock } = world;
  const rate = new RequestRate(() => clock.now());
  const { services, audit } = health;
  return {
    ...{ services, audit, commandOf: shownCommand },
    takeRequest: (who) => rate.take(who),
    collectLogs: () => collectLogs({ health, log: home.log, paths: logPaths(), now: clock.wall() }),
  };
}
