import type { Bus } from '../base/bus.ts';
import type { Clock } from '../base/clock.ts';
import type { Home } from '../base/home.ts';
import type { Random } from '../base/random.ts';
import type { AgentEvent } from '../model/event.ts';
import type { Host } from '../net/host.ts';
import type { Health } from './health.ts';
import type { Log } from './logging.ts';
import type { Plugins } from './plugins.ts';
import type { PortsFile } from './ports-file.ts';
import type { Supervisor } from './supervisor.ts';

/** What every part of an agent is made with. */
export interface World {
  readonly home: Home;
  /** Where the unix socket really is. */
  readonly socketPath: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly bus: Bus<AgentEvent>;
  readonly host: Host;
  readonly health: Health;
  /** Keeps what fails in one part from the others; gives each part its clock. */
  readonly supervisor: Supervisor;
  readonly plugins: Plugins;
  readonly ports: PortsFile;
  /** The product's version. */
  readonly version: string;
  /** Differs at each start. */
  readonly boot: string;
}
