import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { Disposal } from '../base/disposal.ts';
import { messageOf } from '../base/errors.ts';
import type { AgentConfig } from '../config/agent-schema.ts';
import { type DnsDoor, startDns } from '../dns/dns.ts';
import { createApi, createMobApi } from '../http/api.ts';
import type { AuditEntry } from '../http/audit-entry.ts';
import { admitReader, createDoor } from '../http/door.ts';
import { filterOf } from '../http/filter.ts';
import { pageIn } from '../http/page.ts';
import type { ApiParts } from '../http/parts.ts';
import { eventJson } from '../http/pool-records.ts';
import { memberJson } from '../http/records.ts';
import type { KvChange } from '../model/kv.ts';
import { type HttpHandler, listenHttp } from '../net/http-listener.ts';
import { listenUnix } from '../net/unix-socket.ts';
import type { MakeFilter } from '../websocket/filter.ts';
import { refuseRequest } from '../websocket/refusal.ts';
import { Websocket } from '../websocket/websocket.ts';
import type { Access } from './access-part.ts';
import { dnsOptions } from './dns-part.ts';
import { DoorTls } from './door-tls.ts';
import type { DoorCounts } from './families.ts';
import type { Door } from './ports-file.ts';
import { type Opening, openWithRetry } from './retry.ts';
import { socketGroup } from './socket-group.ts';
import type { World } from './world.ts';

const LOCALHOST = ['127.0.0.1'] as const;

/** The doors of an agent to programs and people. */
export class Doors implements AsyncDisposable {
  readonly #world: World;
  readonly #config: AgentConfig;
  readonly #parts: ApiParts & { readonly access: Access };
  readonly #websocket: Websocket;
  readonly #open = new Disposal();
  readonly #tls: DoorTls;
  #dns: Opening<DnsDoor> | undefined;
  #dnsConfig: AgentConfig['dns'] | undefined;
  #dnsChange: Promise<void> = Promise.resolve();

  constructor(world: World, config: AgentConfig, parts: ApiParts & { readonly access: Access }) {
    this.#world = world;
    this.#config = config;
    this.#parts = parts;
    const { bus, clock, version, boot } = world;
    const { membership, runtime, alerting, health: services } = parts;
    const checks = () => runtime.checks();
    const alerts = () => alerting.alerts('open');
    const health = () => services.services.status();
    const changeView = (change: KvChange) => parts.changes.entryOf(change);
    const followKeys = (prefix: string) => withdrawable(parts.changes.attend(prefix));
    const views = { memberView: memberJson, eventView: eventJson, changeView, followKeys };
    const makeFilter: MakeFilter = (text, fields) => filterOf(text, fields, parts.filtering);
    const { max_clients: maxClients } = config.websocket;
    const about = { bus, clock, version, boot, maxClients, makeFilter, followLog: logFollower(world.log) };
    this.#websocket = new Websocket({ ...about, membership, ...views, checks, alerts, health });
    this.#tls = this.#open.use(new DoorTls(config.http, { ...world, log: world.log.logger }));
    const listening = alerting.onMuteChange(() => this.#dns?.opened?.refresh());
    this.#open.defer(() => listening[Symbol.dispose]());
  }

  /** What the doors have seen. */
  get counts(): DoorCounts {
    return { websocket: this.#websocket.counters, dns: this.#dns?.opened?.counters };
  }

  /** Opens the unix socket, which must succeed, and the others, which may have to wait for their port. */
  async open(): Promise<void> {
    const { http, mob } = this.#config;
    const { access } = this.#parts;
    const audit = (entry: AuditEntry) => access.audit(entry);
    const report = (error: unknown) => this.#report(error);
    const page = http.ui ? pageIn(new URL('../ui/', import.meta.url)) : undefined;
    const apiSettings = {
      ...{ access, maxBody: http.max_body, page, report, audit },
      takesOldRepairs: mob.compat_get_repair,
    };
    const app = createApi(this.#parts, apiSettings);
    const settings = { wall: this.#wall(), access, report };
    const handler = (door: 'socket' | 'tcp'): HttpHandler => ({
      onRequest: createDoor(app, settings, door),
      onUpgrade: this.#websocket.door((incoming) => admitReader(incoming, door, settings), '/ws'),
    });
    const limits = { connectionsPerClient: http.max_connections_per_client };
    const groupId = socketGroup(this.#world.home);
    const socket = { path: this.#world.socketPath, ...(groupId !== undefined && { groupId }) };
    this.#open.use(await listenUnix(socket, handler('socket'), limits));
    await this.#openTcp('http', http, handler('tcp'));
    if (mob.enabled) {
      const onRequest = createDoor(createMobApi(this.#parts, apiSettings), settings, 'tcp');
      const onUpgrade = this.#websocket.door((incoming) => admitReader(incoming, 'tcp', settings), '/ws');
      await this.#openTcp('mob', mob, { onRequest, onUpgrade });
    }
    const { websocket } = this.#config;
    const onUpgrade = this.#websocket.door((incoming) => admitReader(incoming, 'tcp', settings));
    if (websocket.enabled) await this.#openTcp('websocket', websocket, { onRequest: refuseRequest, onUpgrade });
  }

  /** What the doors prove their name with is read again. */
  async renewCertificate(): Promise<void> {
    await this.#tls.renew();
  }

  /** Opens or closes DNS, as it is wanted now; with other settings than before it is opened anew. */
  async serveDns(config: AgentConfig['dns'], isWanted: boolean): Promise<void> {
    this.#dnsChange = this.#dnsChange.then(async () => {
      if (!isWanted || !isDeepStrictEqual(config, this.#dnsConfig)) await this.#closeDns();
      this.#dnsConfig = config;
      if (isWanted) await this.#openDns(config);
    });
    await this.#dnsChange;
    if (!isWanted) this.#world.ports.forget('dns');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Its port stays in the file, to be tried first at the next start.
    this.#dnsChange = this.#dnsChange.then(() => this.#closeDns());
    await this.#dnsChange;
    // Clients are told before their connections are closed.
    this.#websocket[Symbol.dispose]();
    await this.#open[Symbol.asyncDispose]();
  }

  async #openTcp(
    door: Door,
    where: AgentConfig['http'] | AgentConfig['websocket'] | AgentConfig['mob'],
    handler: HttpHandler,
  ): Promise<void> {
    const { port: configured, bind } = where;
    if (configured === 'off') return;
    const { max_connections_per_client: connectionsPerClient } = this.#config.http;
    const addresses = atLeastOne(bind);
    const log = this.#world.log.logger.child({ part: door });
    // One program of this machine, or a proxy on it, may bring all clients of the stream.
    const limits = {
      connectionsPerClient,
      ...('max_clients' in where && { connectionsAtLoopback: where.max_clients }),
    };
    const listen = async (port: number) => {
      const tls = door === 'mob' ? undefined : await this.#tls.before();
      const before: Partial<HttpHandler> = tls
        ? { onConnection: (socket, serve) => tls.onConnection(socket, serve) }
        : {};
      return await listenHttp({ addresses, port, door, log }, { ...handler, ...before }, limits);
    };
    const opening = await this.#openDoor(door, configured, listen);
    this.#open.defer(() => opening.close());
  }

  async #openDns(config: AgentConfig['dns']): Promise<void> {
    const { port: configured } = config;
    if (this.#dns || configured === 'off') return;
    const { membership, alerting } = this.#parts;
    const isDrained = (id: string) => alerting.isDrained(id);
    const common = dnsOptions(config, this.#world, { membership, isDrained });
    this.#dns = await this.#openDoor('dns', configured, (port) => startDns({ ...common, port }));
  }

  async #closeDns(): Promise<void> {
    await this.#dns?.close();
    this.#dns = undefined;
  }

  #openDoor<T extends AsyncDisposable & { readonly port: number }>(
    door: Door,
    configured: number,
    listen: (port: number) => Promise<T>,
  ): Promise<Opening<T>> {
    const { ports, clock, log, health } = this.#world;
    const open = async () => {
      const opened = await ports.listen(door, configured, listen);
      log.logger.info({ door, port: opened.port }, 'open');
      return opened;
    };
    return openWithRetry(open, { door, clock, log: log.logger, health });
  }

  #wall() {
    const { ports } = this.#world;
    const { membership } = this.#parts;
    const allowed = () => this.#config.http.allowed_hosts;
    /** The machine is asked for its name last, by who finds none before. */
    function* hostNames() {
      const { name, displayName, address } = membership.self;
      for (const known of [name, displayName, address, ...allowed()]) yield known.toLowerCase();
      yield hostname().toLowerCase();
    }
    return {
      hostNames,
      pagePorts: () => Object.values(ports.all()),
    };
  }

  #report(error: unknown): string {
    const id = randomUUID().slice(0, 8);
    this.#world.log.logger.error({ part: 'http', id, err: error, reason: messageOf(error) }, 'a request failed');
    return id;
  }
}

/** Follows what is worth a line of all parts. */
const logFollower =
  ({ parts, follow }: World['log']) =>
  (take: (part: string, line: string) => void): Disposable => {
    const following = parts().map((part) => follow(part, 'INFO', (line) => take(part, line)));
    return {
      [Symbol.dispose]() {
        for (const one of following) one[Symbol.dispose]();
      },
    };
  };

function atLeastOne([first, ...others]: readonly string[]): [string, ...string[]] {
  return first === undefined ? [...LOCALHOST] : [first, ...others];
}

/** What is to be disposed of once it is there. */
function withdrawable(coming: Promise<Disposable>): Disposable {
  coming.catch(() => {});
  return { [Symbol.dispose]: () => void coming.then((come) => come[Symbol.dispose]()).catch(() => {}) };
}
