import { gossipKey } from '../gossip/wire/keyring.ts';
import type { ZoneKeys as OwnKeys } from '../gossip/zone-keys.ts';
import type { ZoneKeys } from '../peer/keys.ts';
import type { KeysRead } from './zone-key-files.ts';

/** The keys of the own zone for peers; nothing when it has none. */
export function ownKeyring({ zone, state, keyring }: OwnKeys): ZoneKeys[] {
  return state === 'open' ? [] : [{ zone, keyring: keyring ?? [] }];
}

/** The keys of other zones for peers, as far as files with them lie here; without any where a file cannot be used. */
export function heldKeyrings(zones: readonly string[], held: ReadonlyMap<string, KeysRead>): ZoneKeys[] {
  return zones.flatMap((zone) => {
    const read = held.get(zone);
    if (!read) return [];
    return [{ zone, keyring: 'problem' in read ? [] : read.keys.flatMap((key) => gossipKey(key) ?? []) }];
  });
}

/** Equal for what brings the same keys of zones other than this one. */
export function signOf(held: ReadonlyMap<string, KeysRead>, own: string): string {
  const others = [...held].filter(([zone]) => zone !== own);
  const signs = others.map(([zone, read]) => {
    const keys = 'problem' in read ? ['closed'] : read.keys.map((key) => gossipKey(key)?.fingerprint ?? '');
    return `${zone} ${keys.join(' ')}`;
  });
  return signs.join('\n');
}
