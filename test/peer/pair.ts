import { createHash, createSecretKey, randomBytes } from 'node:crypto';
import { systemClock } from '../../src/base/clock.ts';
import { silent } from '../../src/base/log.ts';
import type { Endpoint } from '../../src/net/address.ts';
import { PeerClient } from '../../src/peer/client.ts';
import { PeerDoor, type PeerDoorOptions } from '../../src/peer/door.ts';
import { PeerKeyTable, type ZoneKey, type ZoneKeys } from '../../src/peer/keys.ts';

/** A key that nobody else has. */
export function newKey(bytes: Uint8Array = randomBytes(32)): ZoneKey {
  const fingerprint = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  return { fingerprint, secret: createSecretKey(bytes) };
}

/** The keys of a node, which a test may change; `refresh` makes the change known. */
export class TestKeys {
  own = 'internet';
  readonly byZone = new Map<string, readonly ZoneKey[]>();
  readonly table: PeerKeyTable;

  constructor(zones: Readonly<Record<string, readonly ZoneKey[]>> = {}) {
    for (const [zone, keyring] of Object.entries(zones)) this.byZone.set(zone, keyring);
    this.table = new PeerKeyTable({
      own: this.own,
      zones: (): ZoneKeys[] => [...this.byZone].map(([zone, keyring]) => ({ zone, keyring })),
    });
  }

  set(zone: string, keyring: readonly ZoneKey[]): void {
    this.byZone.set(zone, keyring);
    this.table.refresh();
  }
}

/** A door on a free port of this machine. */
export async function openDoor(keys: TestKeys, change: Partial<PeerDoorOptions> = {}) {
  const door = await PeerDoor.open({
    addresses: ['127.0.0.1'],
    port: 0,
    keys: keys.table,
    self: { id: 'id-a', name: 'a' },
    version: '1.2.3',
    clock: systemClock,
    log: silent,
    ...change,
  });
  const at: Endpoint = { address: '127.0.0.1', port: door.port };
  return { door, at, [Symbol.asyncDispose]: () => door[Symbol.asyncDispose]() };
}

/** A client that is the node `id-b`. */
export const clientWith = (keys: TestKeys, clock = systemClock): PeerClient =>
  new PeerClient({ keys: keys.table, self: { id: 'id-b', boot: 'boot-1' }, clock });

/** A count of a door. */
export const countOf = ({ counters }: PeerDoor, name: string): number => counters.get(name) ?? 0;
