import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Bus } from '../base/bus.ts';
import { systemClock } from '../base/clock.ts';
import { currentDirectory } from '../base/current-directory.ts';
import type { Disposal } from '../base/disposal.ts';
import { messageOf, OpsbroError } from '../base/errors.ts';
import { findHome, type Home } from '../base/home.ts';
import { systemRandom } from '../base/random.ts';
import { bindableSocket } from '../base/socket-path.ts';
import type { AgentConfig } from '../config/agent-schema.ts';
import { LastGood } from '../config/last-good.ts';
import type { AgentEvent } from '../model/event.ts';
import { type Problem, problemText, type Yaml } from '../model/pack.ts';
import type { Host } from '../net/host.ts';
import { claimName } from '../net/name-claim.ts';
import { systemHost } from '../net/system-host.ts';
import { PackCode } from '../packs/code.ts';
import { type Agent, startAgentParts } from './agent.ts';
import { makeDirectories, makePrivateDirectory } from './directories.ts';
import { Health } from './health.ts';
import { identify } from './identity.ts';
import { KnownHosting } from './known-hosting.ts';
import { takeLock } from './lock-file.ts';
import { logManner } from './log/manner.ts';
import { type Log, openLog } from './logging.ts';
import { loadPlugins, placesOf } from './plugins.ts';
import { PortsFile } from './ports-file.ts';
import { writeSmallFile } from './small-file.ts';
import { readSound } from './sound-reading.ts';
import { Supervisor } from './supervisor.ts';
import { tokenProblems, withTokenProblems } from './token-problems.ts';
import type { World } from './world.ts';
import { problemsOf, readWritten, type Written } from './written.ts';
import { ZoneKeyFiles } from './zone-key-files.ts';
import { Zones } from './zones.ts';

/** What the command line says to `agent start`. */
export interface StartOptions {
  readonly home?: string | undefined;
  readonly cfgDir?: string | undefined;
  readonly dataDir?: string | undefined;
  readonly logDir?: string | undefined;
  readonly socket?: string | undefined;
  readonly logLevel?: string | undefined;
  readonly bind?: string | undefined;
  readonly port?: number | undefined;
  readonly join?: readonly string[] | undefined;
  readonly debug?: boolean | undefined;
  /** Look for other nodes on the local networks until one is found. */
  readonly autoDetect?: boolean | undefined;
  /** Errors in packs and objects forbid to start as well. */
  readonly strict?: boolean | undefined;
  /** Look at everything once, without doors and pool, and end; milliseconds that this may take. */
  readonly oneShotMs?: number | undefined;
}

/** An agent, and what it lives in. */
export interface Prepared {
  readonly agent: Agent;
  readonly world: World;
  readonly config: AgentConfig;
  /** Something is wrong in what people wrote. */
  readonly hasErrors: boolean;
}

/** The configuration forbids to start; the message has every problem, one a line. */
export class BrokenConfiguration extends OpsbroError {
  constructor(problems: readonly Problem[]) {
    super('invalid_config', problems.map(problemText).join('\n'));
  }
}

const program = fileURLToPath(new URL('../../', import.meta.url));

/** Takes all steps from the command line to a running agent, in order; whatever it opens is closed by `opened`. */
export async function prepare(options: StartOptions, opened: Disposal): Promise<Prepared> {
  const clock = systemClock;
  const flags = flagsOf(options);
  const plugins = await loadPlugins();
  const code = new PackCode(placesOf(plugins));
  const first = homeOf(options);
  // Where it lies has to be known before anything is read.
  const lastGood = new LastGood(join(first.data, 'cache', 'config'), first.shipped);
  const read = async (home: Home, of = { plugins, code }) => {
    const sound = await readSound(() => readWritten({ home, env: process.env, flags, ...of }), lastGood);
    return withTokenProblems(sound, await tokenProblems(home.config));
  };
  const readAside = async () => {
    const fresh = await loadPlugins();
    return await read(home, { plugins: fresh, code: new PackCode(placesOf(fresh)) });
  };
  const reading = await read(first);
  const { written, standIns } = reading;
  refuseBroken(written, options);
  const { config } = written.loaded;
  const home = homeOf(options, config);
  makeDirectories(home);
  opened.use(takeLock(home.lock));
  const socketPath = placeSocket(first, home, opened);
  const host = opened.use(systemHost(clock));
  const hosting = await KnownHosting.ask({ data: home.data, drivers: plugins.hosting, host, clock });
  const identity = await identityOf({ home, config, host, hosting, opened });
  const log = opened.use(openAgentLog(identity.name, config, home));
  const unkept = await reading.keep();
  if (unkept !== undefined) log.logger.warn({ part: 'config', reason: unkept }, 'good versions cannot be kept');
  const health = new Health(clock);
  const supervisor = new Supervisor({ clock, log: log.logger, health });
  const world: World = {
    home,
    socketPath,
    clock: supervisor.clock('daemon'),
    random: systemRandom,
    log,
    bus: makeBus(log, supervisor),
    host,
    health,
    supervisor,
    plugins,
    ports: new PortsFile(home.data),
    version: versionOf(program),
    boot: randomUUID(),
  };
  health.onChange(() => world.bus.emit({ type: 'agent-health' }));
  const zones = opened.use(await openZones(world, written));
  const autoDetect = options.autoDetect === true;
  const hasDoors = options.oneShotMs === undefined;
  const given = { world, identity, hosting, zones, written, standIns };
  const setting = { ...given, autoDetect, hasDoors, read: () => read(home), readAside };
  const agent = opened.use(await startAgentParts(setting));
  const hasErrors = problemsOf(written).some(({ level }) => level === 'error');
  return { agent, world, config, hasErrors };
}

function openZones({ home, log, health, bus }: World, { loaded }: Written): Promise<Zones> {
  return Zones.open({
    tree: loaded.zones,
    configured: loaded.config.node_zone,
    data: home.data,
    files: new ZoneKeyFiles(home.config),
    log: log.logger.child({ part: 'gossip' }),
    health,
    bus,
  });
}

/** The home by flags and environment, and by the configuration where that moves a place. */
function homeOf(options: StartOptions, config?: AgentConfig): Home {
  return findHome({
    env: process.env,
    flags: {
      home: options.home,
      config: options.cfgDir,
      data: options.dataDir ?? config?.data,
      log: options.logDir ?? config?.log,
      socket: options.socket ?? config?.socket,
      lock: config?.lock,
    },
    uid: process.getuid?.() ?? 0,
    cwd: currentDirectory(),
    userHome: homedir(),
    program,
    exists: existsSync,
  });
}

function flagsOf({ logLevel, debug, bind, port, join, oneShotMs }: StartOptions): ReadonlyMap<string, Yaml> {
  const flags = new Map<string, Yaml>();
  if (debug) flags.set('log_level', 'DEBUG');
  if (logLevel !== undefined) flags.set('log_level', logLevel.toUpperCase());
  if (bind !== undefined) flags.set('bind', bind);
  if (port !== undefined) flags.set('port', port);
  // Who wants any free port does so because another agent has the usual ones.
  if (port === 0) flags.set('peer_port', 0);
  // A single look is nobody's business: there is no pool.
  if (oneShotMs !== undefined) flags.set('service_discovery_topic_enabled', false);
  if (join !== undefined && join.length > 0) flags.set('seeds', join);
  return flags;
}

function refuseBroken(written: Written, { strict }: StartOptions): void {
  const errors = problemsOf(written).filter(({ level }) => level === 'error');
  if (written.loaded.fatal.length > 0 || (strict && errors.length > 0)) throw new BrokenConfiguration(errors);
}

/** Where the unix socket is to be; says so in a file of the home that others know of when that is not where they would look. */
function placeSocket(known: Home, home: Home, opened: Disposal): string {
  const path = bindableSocket(home, { temporary: tmpdir(), uid: process.getuid?.() ?? 0 });
  rmSync(known.socketPathFile, { force: true });
  if (path !== home.socket) makePrivateDirectory(dirname(path));
  if (path !== known.socket) {
    writeSmallFile(known.socketPathFile, `${path}\n`);
    opened.defer(() => rmSync(known.socketPathFile, { force: true }));
  }
  return path;
}

interface Identifiable {
  readonly home: Home;
  readonly config: AgentConfig;
  readonly host: Host;
  readonly hosting: KnownHosting;
  readonly opened: Disposal;
}

/** An installed agent is named after its machine; several agents of other homes may share one. */
async function identityOf({ home, config, host, hosting, opened }: Identifiable) {
  const isInstalled = home.kind === 'installed';
  const uniqueId = hosting.main?.uniqueId;
  const imposed = process.env['OPSBRO_NODE_ID'] ?? '';
  const fromMachine = isInstalled && uniqueId !== undefined ? sha1(uniqueId.toLowerCase()) : '';
  return await identify({
    data: home.data,
    hostname: (await host.facts()).hostname,
    name: config.name ?? '',
    id: imposed || fromMachine,
    async claim(name) {
      if (isInstalled) return true;
      const claimed = await claimName(name);
      if (claimed) opened.use(claimed);
      return claimed !== undefined;
    },
  });
}

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');

function openAgentLog(node: string, config: AgentConfig, home: Home): Log {
  const directory = config.log_stdout ? undefined : home.log;
  return openLog({ ...logManner(config, process.env), node, directory, clock: systemClock });
}

function makeBus(log: Log, supervisor: Supervisor): Bus<AgentEvent> {
  return new Bus<AgentEvent>((error, event) => {
    supervisor.note('bus', error);
    log.logger.error({ part: 'bus', event: event.type, err: error, reason: messageOf(error) }, 'a listener failed');
  });
}

function versionOf(folder: string): string {
  return (JSON.parse(readFileSync(`${folder}package.json`, 'utf8')) as { version: string }).version;
}
