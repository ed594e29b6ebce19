/** Looks at this machine for the command line while no agent runs: no doors, no pool, and nothing is kept. */
import { join } from 'node:path';
import { Bus } from '../base/bus.ts';
import { systemClock } from '../base/clock.ts';
import { Disposal } from '../base/disposal.ts';
import { messageOf, OpsbroError } from '../base/errors.ts';
import type { Home } from '../base/home.ts';
import { silent } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import type { Shelf } from '../base/shelf.ts';
import { LastGood } from '../config/last-good.ts';
import { createApp } from '../http/app.ts';
import { localRoutes } from '../http/local-routes.ts';
import { problemJson } from '../http/records.ts';
import { Requests } from '../http/requests.ts';
import type { CollectorRecord } from '../model/collector.ts';
import type { AgentEvent } from '../model/event.ts';
import { problemText } from '../model/pack.ts';
import type { Host } from '../net/host.ts';
import { localAddress } from '../net/local-address.ts';
import { systemHost } from '../net/system-host.ts';
import { PackCode } from '../packs/code.ts';
import { surveyHosting } from '../plugins/hosting.ts';
import type { Handler } from '../plugins/kinds.ts';
import { Registry } from '../plugins/registry.ts';
import { Runtime } from '../runtime/runtime.ts';
import { Alone } from './alone.ts';
import { movedZone } from './current-zone.ts';
import { dockerPart, dockerSocket } from './docker-part.ts';
import { editsOf } from './edits.ts';
import { functionJson, pureFunctions } from './function-json.ts';
import { knownIdentity } from './identity.ts';
import { loadPlugins, type Plugins, placesOf } from './plugins.ts';
import { readSound } from './sound-reading.ts';
import { configurationOf, problemsOf, readWritten, type Written } from './written.ts';

/** How closely to look: at what is written; also at collectors and groups, each found once; or also at every check. */
export type LocalDepth = 'files' | 'groups' | 'checks';

/** What an agent would be asked. */
export interface LocalRequest {
  readonly method: string;
  readonly target: string;
  readonly body: Uint8Array | undefined;
  /** The media type of the body. */
  readonly type: string;
}

/** Answers in place of an agent until it is disposed of. */
export interface LocalAgent extends AsyncDisposable {
  request(asked: LocalRequest): Promise<Response>;
}

const HOSTING_LIMIT_MS = 2_000;
const STAY_MS = 60_000;
const MAX_BODY = 8_388_608;

/** Reads what is written for this home and looks so closely. Throws `invalid_config` when no agent could start with it. */
export async function openLocalAgent(home: Home, depth: LocalDepth): Promise<LocalAgent> {
  const opened = new Disposal();
  // Timers of the runtime do not hold a process, and a command has nothing else that does.
  const stay = setInterval(() => {}, STAY_MS);
  opened.defer(() => clearInterval(stay));
  try {
    return await open(home, depth, opened);
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}

async function open(first: Home, depth: LocalDepth, opened: Disposal): Promise<LocalAgent> {
  const plugins = await loadPlugins();
  const code = new PackCode(placesOf(plugins));
  const lastGood = new LastGood(join(first.data, 'cache', 'config'), first.shipped);
  const read = async (home: Home) => {
    const sources = { home, env: process.env, flags: new Map(), plugins, code };
    return (await readSound(() => readWritten(sources), lastGood)).written;
  };
  let written = await read(first);
  const { fatal, config } = written.loaded;
  if (fatal.length > 0) throw new OpsbroError('invalid_config', fatal.map(problemText).join('\n'));
  const home = { ...first, data: config.data ?? first.data };
  const host = opened.use(systemHost(systemClock));
  const runtime = await lookedAt({ home, host, written, plugins, depth }, opened);
  const reload = async () => {
    written = await read(home);
    const errors = problemsOf(written).filter(({ level }) => level === 'error');
    return { restart_needed: [], errors: errors.map(problemJson) };
  };
  const routes = localRoutes({
    runtime,
    dashboards: runtime.dashboards,
    docker: dockerPart({
      host,
      socket: () => dockerSocket(written.packs),
      collected: () => runtime.collector('docker'),
    }),
    polling: runtime.polling,
    packs: () => written.packs,
    edits: editsOf({ world: { home, plugins, clock: systemClock }, written: () => written, reload }),
    functions: () => [...plugins.functions].map(functionJson),
    filtering: { functions: pureFunctions(plugins.functions), clock: systemClock },
  });
  const app = createApp(routes, {
    access: { anonymousRead: 'none', socketPath: home.socket },
    maxBody: MAX_BODY,
    requests: new Requests(systemClock),
    report: messageOf,
  });
  return {
    async request({ method, target, body, type }) {
      const sent = body === undefined ? {} : { body: body.slice(), headers: { 'content-type': type } };
      return await app.request(target, { method, ...sent }, { caller: { door: 'socket' }, target });
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

interface Look {
  readonly home: Home;
  readonly host: Host;
  readonly written: Written;
  readonly plugins: Plugins;
  readonly depth: LocalDepth;
}

/** The runtime of this node, after it has looked; nobody is told of anything, and what it saw ends with it. */
async function lookedAt({ home, host, written, plugins, depth }: Look, opened: Disposal): Promise<Runtime> {
  const clock = systemClock;
  const { config } = written.loaded;
  const facts = await host.facts();
  const isCloser = depth !== 'files';
  const hosting = isCloser ? await surveyHosting(plugins.hosting, host, AbortSignal.timeout(HOSTING_LIMIT_MS)) : [];
  const node = {
    ...knownIdentity({ data: home.data, hostname: facts.hostname, name: config.name ?? '' }),
    displayName: config.display_name,
    address: localAddress(host.interfaces(), facts.addresses),
    zone: movedZone(home.data) ?? config.node_zone,
  };
  const bus = new Bus<AgentEvent>(() => {});
  const pool = opened.use(new Alone({ ...node, version: '' }, clock, bus));
  const runtime = opened.use(
    new Runtime({
      ...{ host, clock, bus, random: systemRandom, log: silent },
      plugins: { ...plugins, handlers: new Registry<Handler>('handler') },
      node: { ...node, hostingDrivers: new Set(hosting.filter(({ isActive }) => isActive).map(({ name }) => name)) },
      shelves: { collectors: NO_SHELF, checks: NO_SHELF, groups: NO_SHELF, alerts: NO_SHELF, messages: NO_SHELF },
      configuration: configurationOf(written),
      members: () => pool.members,
      hasEvent: () => false,
      // Somebody waits for the answer.
      startGapMs: 0,
    }),
  );
  if (isCloser) {
    await runtime.start();
    await rested(runtime);
  }
  if (depth === 'checks') await Promise.allSettled(runtime.checks().map(({ id }) => runtime.runCheck(id)));
  return runtime;
}

/** Waits for the collectors that the groups found just now set going, of which some may still wait for their turn. */
async function rested(runtime: Runtime): Promise<void> {
  const isGoing = ({ nextCheck, runsTotal }: CollectorRecord) => nextCheck !== null && runsTotal === 0;
  const going = runtime.collectors().filter(isGoing);
  await Promise.allSettled(going.map(({ name }) => runtime.runCollector(name)));
}

/** Knows nothing and keeps nothing: the databases of an agent cannot be opened without writing. */
const NO_SHELF: Shelf = { load: async () => new Map(), put() {}, delete() {}, flush() {}, async flushed() {} };
