import type { Disposal } from '../base/disposal.ts';
import { PeerClient } from '../peer/client.ts';
import { PeerDoor } from '../peer/door.ts';
import { type PeerKeys, PeerKeyTable } from '../peer/keys.ts';
import type { PeerRoute, StreamHandler } from '../peer/route.ts';
import type { Setting } from './parts.ts';
import type { Zones } from './zones.ts';

/** How the parts of the agent talk with those of other agents. */
export interface Peers {
  /** Where others ask us; 0 while the door is closed. */
  readonly port: number;
  /** Refreshed at each change of keys; who moves the node to another zone does it as well. */
  readonly keys: PeerKeyTable;
  readonly client: PeerClient;
  /** What came to the door and what became of it, by name. */
  readonly counters: ReadonlyMap<string, number>;
  /** Takes requests for a part; nothing happens while the door is closed. */
  route(route: PeerRoute): void;
  /** Takes streams for a part; nothing happens while the door is closed. */
  stream(part: string, handle: StreamHandler): void;
}

/**
 * Opens the door for peers before gossip, as gossip tells where it is. It is closed when `peer_port` is `off` or service discovery is
 * switched off. Throws `conflict` when the port is taken: without this door a node is a member that nobody can ask.
 */
export async function openPeers(setting: Setting, bind: readonly string[], opened: Disposal): Promise<Peers> {
  const { world, identity, written } = setting;
  const { clock, boot } = world;
  const { config } = written.loaded;
  const keys = new PeerKeyTable(keysOf(setting.zones));
  opened.use(world.bus.on('key-change', () => keys.refresh()));
  const client = opened.use(new PeerClient({ keys, self: { id: identity.id, boot }, clock }));
  const [first, ...others] = bind;
  const isWanted = config.service_discovery_topic_enabled && config.peer_port !== 'off' && first !== undefined;
  if (!isWanted) return { port: 0, keys, client, counters: new Map(), route() {}, stream() {} };
  const door = opened.use(await openDoor(setting, keys, [first, ...others]));
  return {
    port: door.port,
    keys,
    client,
    get counters() {
      return door.counters;
    },
    route: (route) => door.route(route),
    stream: (part, handle) => door.stream(part, handle),
  };
}

function openDoor({ world, identity, written }: Setting, keys: PeerKeyTable, addresses: [string, ...string[]]) {
  const { clock, log, ports, version } = world;
  const { peer_port } = written.loaded.config;
  const self = { id: identity.id, name: identity.name };
  const common = { addresses, keys, self, version, clock, log: log.logger.child({ part: 'peer' }) };
  return ports.listen('peer', peer_port === 'off' ? 0 : peer_port, (port) => PeerDoor.open({ ...common, port }));
}

/** The keys as they are at the moment, also after this node moved. */
const keysOf = (zones: Zones): PeerKeys => ({
  get own() {
    return zones.own;
  },
  zones: () => zones.keyrings,
});
