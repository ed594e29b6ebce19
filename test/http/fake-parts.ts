import { dockerPart } from '../../src/agent/docker-part.ts';
import { Bus } from '../../src/base/bus.ts';
import { systemClock } from '../../src/base/clock.ts';
import { OpsbroError } from '../../src/base/errors.ts';
import { seeded } from '../../src/base/random.ts';
import { createApi } from '../../src/http/api.ts';
import type { Arrival } from '../../src/http/app.ts';
import { BlockingReads } from '../../src/http/blocking.ts';
import type { ErrorBody } from '../../src/http/errors.ts';
import type { Page } from '../../src/http/page.ts';
import type { ApiParts } from '../../src/http/parts.ts';
import type { AgentFactsJson } from '../../src/http/schemas.ts';
import { ChangeFeed } from '../../src/kv/change-feed.ts';
import type { CollectorRecord } from '../../src/model/collector.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import type { KvEntry, KvStore } from '../../src/model/kv.ts';
import { fakeHost } from '../support/host.ts';
import { check, member, service } from '../support/nodes.ts';
import { fakeAccess } from './fake-access.ts';
import { fakeAlerting } from './fake-alerting.ts';
import { fakeHealth } from './fake-health.ts';
import { fakeInside } from './fake-inside.ts';
import { fakePacks } from './fake-packs.ts';
import { fakeInquire, fakePool, OWN_KEY } from './fake-pool.ts';
import { fakeRender } from './fake-render.ts';

/** A collector that saw something. */
export const collector = (name: string, over: Partial<CollectorRecord> = {}): CollectorRecord => ({
  name,
  state: 'ok',
  log: '',
  results: { total: 1 },
  isActive: true,
  isRestored: false,
  metrics: 1,
  stale: false,
  intervalMs: 10_000,
  lastCheck: 1,
  lastRun: 1,
  nextCheck: 2,
  durationMs: 3,
  runsTotal: 1,
  errorsTotal: 0,
  skippedTotal: 0,
  ...over,
});

/** A store that forgets everything. */
export function memoryStore(): KvStore {
  const entries = new Map<string, KvEntry>();
  let count = 0;
  const chosen = (prefix = '', after = '') =>
    [...entries.values()].filter(({ key }) => key.startsWith(prefix) && key > after);
  return {
    get: async (key) => entries.get(key),
    async put(key, value, { ttl, cas } = {}) {
      const current = entries.get(key)?.version ?? null;
      if (cas !== undefined && cas !== (current ?? '0'))
        throw new OpsbroError('cas_failed', 'changed', { details: { current } });
      count += 1;
      const expires = ttl === undefined ? null : 1_000 * ttl;
      const entry = { key, value, version: `v${count}`, created: 0, modified: 0, expires };
      entries.set(key, entry);
      return entry;
    },
    async delete(key) {
      const existed = entries.delete(key);
      return { key, version: existed ? 'gone' : null, existed };
    },
    async keys({ prefix, after, limit = 10_000 } = {}) {
      const keys = chosen(prefix, after).map(({ key }) => key);
      return { items: keys.slice(0, limit), next: keys.length > limit ? keys[limit - 1] : undefined };
    },
    entries: async ({ prefix, after } = {}) => ({ items: chosen(prefix, after), next: undefined }),
    changes: async () => [],
    stats: () => ({
      engine: 'memory',
      state: 'ok',
      error: '',
      records: entries.size,
      bytes: 0,
      quarantined: 0,
      index: count,
    }),
    [Symbol.asyncDispose]: async () => {},
  };
}

const FACTS: AgentFactsJson = {
  agent_state: 'ok',
  warnings: [],
  pid: 1,
  started: 1,
  version: '0.1.0',
  node_version: 'v20.19.0',
  ...{ ports: { http: 6770 }, is_http_secure: false, dns_open_to: [] },
  ...{ local_addr: '127.0.0.1', public_addr: '127.0.0.1', advertise_addr: '127.0.0.1' },
  socket: '/run/opsbro.sock',
  home: { config: '/etc', data: '/data', log: '/log' },
  ...{ is_zone_protected: false, is_zone_closed: false },
  key_fingerprints: [],
  static_groups: ['kv'],
  hosting_driver: 'on-premise',
  hosting_drivers_state: [],
  topics: { monitoring: true },
  is_managed_system: true,
  ...{ system_distro: 'debian', system_distroversion: '12' },
  logs: { ERROR: [], WARNING: [] },
  cpu_consumption: 0.1,
  memory_consumption: 1_000,
  event_loop: { p50: 1, p99: 2 },
};

const RELOADED = {
  ...{ added: 1, changed: 0, removed: 0, unchanged: 5 },
  ...{ changes: [], restart_needed: [], stand_ins: [], errors: [], warnings: [] },
};

const fakeDefinitions = (done: string[]): ApiParts['definitions']['check'] => ({
  put(name, fields) {
    done.push(`define ${name} ${JSON.stringify(fields)}`);
    return { id: `local/${name}`, warnings: [] };
  },
  delete(name) {
    done.push(`take away ${name}`);
    return `local/${name}`;
  },
  objects: () => [],
});

const NO_HISTORY = { changes: async () => [] };

/** An agent of one node with one of everything, and a list of what it was told to do. */
export function fakeParts(over: Partial<ApiParts> = {}): ApiParts & { readonly done: string[] } {
  const done: string[] = [];
  const bus = new Bus<AgentEvent>(() => {});
  const store = memoryStore();
  const self = member('11111111-1111', { name: 'one', displayName: 'front', groups: ['kv', 'linux'] });
  const other = member('22222222-2222', {
    name: 'two',
    checks: new Map([['cpu/load', { state: 'critical', hard: true, changed: 5, output: 'too much' }]]),
  });
  return {
    done,
    access: fakeAccess(),
    agent: {
      facts: () => FACTS,
      health: () => ({ health: 'ok', reasons: [] }),
      problems: () => [],
      reload: async () => RELOADED,
      previewReload: async () => RELOADED,
      judgePosted: async () => RELOADED,
      leave: () => void done.push('leave'),
      stop: ({ leave }) => void done.push(leave ? 'stop and leave' : 'stop'),
    },
    membership: { self, members: new Map([self, other].map((node) => [node.id, node])) },
    pool: fakePool(done),
    inquire: fakeInquire,
    ...{ history: NO_HISTORY, groupHistory: NO_HISTORY, collectorHistory: NO_HISTORY, checkHistory: NO_HISTORY },
    ...{ handlerHistory: NO_HISTORY, configHistory: NO_HISTORY, inside: fakeInside() },
    reads: new BlockingReads({ bus, clock: systemClock, random: seeded(1), boot: 'boot-1' }),
    filtering: { functions: new Map(), clock: systemClock },
    keyNamed: (fingerprint) => (fingerprint === OWN_KEY.fingerprint ? OWN_KEY.base64 : undefined),
    zones: fakeZones(done),
    runtime: fakeRuntime(),
    definitions: { check: fakeDefinitions(done), service: fakeDefinitions(done) },
    alerting: fakeAlerting(done),
    dashboards: fakeDashboards(),
    docker: fakeDocker(),
    health: fakeHealth().part,
    polling: fakePolling(),
    kv: store,
    changes: new ChangeFeed({ store, bus, clock: systemClock, boot: 'b0071e55-0000' }),
    series: fakeSeries(),
    statsd: fakeStatsd(done),
    render: fakeRender(),
    packs: fakePacks,
    edits: fakeEdits(done),
    functions: () => [
      { name: 'len', group: 'basic', class: 'pure', doc: 'How many.', prototype: [['value', '__NO_DEFAULT__']] },
    ],
    collectorKeys: () => [],
    metrics: () => [],
    ...over,
  };
}

const fakeStatsd = (done: string[]): ApiParts['statsd'] => ({
  stats: () => ({
    ...{ port: 8125, packets: 9, samples: 20, badLines: 1, ignored: 0, series: 4 },
    ...{ seriesDropped: 0, membersDropped: 0, refused: 0, drops: 3, flushMs: 1.5 },
  }),
  list: (kind) => [
    { name: `web.${kind}`, value: 2 },
    { name: `api.${kind}`, value: 1 },
  ],
  forget: (key) => void done.push(`forget ${key}`),
});

/** Changes nothing and notes what was wanted. */
function fakeEdits(done: string[]): ApiParts['edits'] {
  const edited = (what: string) => {
    done.push(what);
    return { file: '/etc/agent.yml', changed: true, shown: '1', restart_needed: [], errors: [] };
  };
  return {
    packParameter: async ({ key }) => ({ file: '/etc/p.yml', value: key, comments: [] }),
    setPackParameter: async ({ key }, { value }) => edited(`${key} = ${JSON.stringify(value)}`),
    overload: async ({ pack }) => ({ dir: `/data/${pack}`, level: 'local' }),
    settings: async () => [['port', { value: 1, origin: 'default', comments: [] }]],
    setting: async () => ({ value: 1, origin: 'default', comments: [] }),
    variables: () => ({ mailq_warn: 3 }),
    schema: async (kind) => ({ title: `opsbro ${kind}` }),
    setSetting: async (key, value) => edited(`${key} = ${JSON.stringify(value)}`),
    changeList: async ({ list, item }, how) => edited(`${how} ${list} ${item}`),
  };
}

/** A node on which no engine answers. */
const fakeDocker = (): ApiParts['docker'] =>
  dockerPart({ host: fakeHost(), socket: () => '', collected: () => collector('docker', { results: { up: 0 } }) });

/** A store of one series that counts by tens from 1000 s on, and one without a value. */
function fakeSeries(): ApiParts['series'] {
  const names = ['one.cpu.load', 'one.cpu.none'];
  return {
    names: (pattern) => names.filter((name) => pattern === name || pattern === 'one.cpu.*'),
    find: () => [],
    tagged: async () => [],
    tagValues: () => new Map(),
    methodOf: () => 'average',
    beginningWith: (prefix, { after, limit }) =>
      names.filter((name) => name.startsWith(prefix) && name > after).slice(0, limit),
    read: async (wanted) =>
      wanted.map((name) => ({
        name,
        first: 1_000,
        step: 10,
        values: Float64Array.from({ length: 6 }, (_, at) => (name === 'one.cpu.load' ? at * 10 : Number.NaN)),
      })),
    stats: () => ({
      series: 2,
      maxSeries: 10,
      points: 6,
      refused: new Map([['future', 1]]),
      waiting: 6,
      bytes: 100,
      maxBytes: 0,
      blocks: 1,
      badBlocks: 0,
      troubles: new Map(),
    }),
  };
}

/** Two zones, the own one with a key. */
function fakeZones(done: string[]): ApiParts['zones'] {
  const nothing = { parent: null, keys: [], key_problem: '', have_gossip_key: false };
  return {
    list: async () => [
      {
        ...nothing,
        name: 'internet',
        'sub-zones': ['lan'],
        is_our_zone: true,
        have_gossip_key: true,
        keys: ['0123456789abcdef'],
      },
      { ...nothing, name: 'lan', 'sub-zones': [], parent: 'internet', is_our_zone: false },
    ],
    async change(zone) {
      if (zone === 'moon') throw new OpsbroError('not_found', 'no zone "moon" is defined');
      done.push(`zone ${zone}`);
      return { success: true, text: `this node is in zone ${zone ?? 'internet'} now` };
    },
    async reloadKeys(zone) {
      done.push(`keys ${zone}`);
      return { name: zone, have_gossip_key: false, keys: [], key_problem: '', restart_needed: false };
    },
  };
}

/** One dashboard of one text. */
function fakeDashboards(): ApiParts['dashboards'] {
  const record = { id: 'linux/overview', title: 'Linux', packName: 'linux', packLevel: 'core' };
  const found = (name: string) => {
    if (name === 'linux/overview' || name === 'overview') return record;
    throw new OpsbroError('not_found', 'there is none');
  };
  return {
    records: () => [record],
    definition: (name) => ({ ...found(name), file: '/packs/linux/dashboards/overview.yml', line: 1, fields: {} }),
    async view(name, { style, charts }) {
      const value = `${style} ${charts.points} ${charts.step}`;
      return { ...found(name), node: 'one', at: 1_000, content: { kind: 'text', title: 'Style', value } };
    },
  };
}

/** A pollster that is run as the collector `cpu`. */
function fakePolling(): ApiParts['polling'] {
  const record = {
    name: 'cpu',
    description: 'Samples of the processor.',
    namespace: 'node',
    meters: ['cpu'],
    state: 'ok',
    log: '',
    intervalMs: 60_000,
    lastRun: 1,
    samples: 1,
    errors: 2,
    excluded: new Map([['vm-1', 'it is gone']]),
  };
  const sample = {
    ...{ name: 'cpu', type: 'cumulative' as const, unit: 'ns', volume: 5, resourceId: 'one' },
    ...{ timestamp: '2026-01-02T15:04:05.000Z', metadata: { cpus: 2 } },
  };
  return {
    records: () => [record],
    record(name) {
      if (name === 'cpu') return record;
      throw new OpsbroError('not_found', 'there is none');
    },
    samples: (meter) => (meter === undefined || meter === 'c*' ? [sample] : []),
  };
}

function fakeRuntime(): ApiParts['runtime'] {
  const found = <T>(thing: T | undefined): T => {
    if (thing) return thing;
    throw new OpsbroError('not_found', 'there is none');
  };
  const byName = (name: string) => found([collector('cpu'), collector('memory')].find((known) => known.name === name));
  const byId = (id: string) => found([check('cpu/load')].find((known) => known.id === id));
  return {
    collectors: () => [collector('cpu'), collector('memory')],
    collector: byName,
    runCollector: async (name) => byName(name),
    reportCheck: (id, { state, output, perfdata = [] }) => ({ ...byId(id), state, output, perfdata }),
    services: { records: () => [service('db')], record: (ref) => found(ref === 'db' ? service(ref) : undefined) },
    detectors: () => [
      {
        id: 'linux/linux',
        packName: 'linux',
        packLevel: 'core',
        applyIf: "{{collector.system.os.name}} == 'linux'",
        addGroups: ['linux'],
        intervalMs: 10_000,
        groups: ['linux'],
        log: '',
        lastRun: 1,
      },
    ],
    runDetectors: async (id, { isDry }) => ({
      groups: ['kv', 'linux'],
      added: isDry ? [] : ['linux'],
      removed: [],
      logs: new Map(id === undefined ? [] : [[id, 'unknown: collector.x is missing']]),
    }),
    checks: () => [check('cpu/load')],
    check: byId,
    runCheck: async (id) => byId(id),
    evaluate: async (text) => evaluated(text),
  };
}

function evaluated(text: string) {
  if (text === 'bad')
    return { type: 'error' as const, message: 'a bare name', code: 'NAME' as const, offset: 0, length: 3 };
  if (text === 'gone') return { type: 'missing' as const, path: 'collector.x', reason: 'unknown collector' };
  return { type: 'value' as const, value: text.length, text: '', truth: true };
}

/** How the API is served in tests. */
export const SETTINGS = {
  access: { anonymousRead: 'loopback', socketPath: '/run/opsbro.sock' },
  ...{ maxBody: 1_000, page: undefined, report: () => 'ID' },
} as const;

/** Requests to an API: as the command line makes them, through the unix socket, unless told from where. */
export function fakeApi(parts: ApiParts = fakeParts(), { page }: { readonly page?: Page } = {}) {
  const app = createApi(parts, { ...SETTINGS, access: parts.access, page });
  return (path: string, init: RequestInit = {}, from: Partial<Arrival> = { caller: { door: 'socket' } }) =>
    Promise.resolve(app.request(path, init, from));
}

/** A request with a JSON body. */
export const post = (body: unknown, method = 'POST'): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** The body of an answer, of the type that the test expects. */
export const bodyOf = async <Body>(answer: Response): Promise<Body> => (await answer.json()) as Body;

/** The error of an answer that is no success. */
export const errorOf = async (answer: Response): Promise<ErrorBody['error']> => (await bodyOf<ErrorBody>(answer)).error;
