/** What the command line does with zones on this machine, whether an agent runs or not. */

import { OpsbroError } from '../base/errors.ts';
import type { Home } from '../base/home.ts';
import { loadConfig } from '../config/load.ts';
import { keyFileText, readKey } from '../config/zone-key-file.ts';
import { gossipKey } from '../gossip/wire/keyring.ts';
import type { ZoneTree } from '../model/zone-tree.ts';
import { keepMovedZone } from './current-zone.ts';
import { ZoneKeyFiles } from './zone-key-files.ts';
import { unknownZone } from './zones.ts';

/** Objects of packs are of no interest here. */
const NO_RULES = { checkFields: [], expressionFaults: () => [] };

/** A key that was written. */
export interface WrittenKey {
  readonly path: string;
  /** The first 16 hex digits of its SHA-256. */
  readonly fingerprint: string;
}

/** The key of a zone as it is to be written. */
export interface KeyWish {
  readonly zone: string;
  /** 16, 24 or 32 bytes. */
  readonly key: Uint8Array;
  /** What becomes of keys that are there already. */
  readonly former: 'keep' | 'erase';
}

/**
 * Writes the one key of a zone. Throws `not_found` when the zone is not defined, `bad_request` when it is no key, `already_exists` when
 * there is a file that shall stay.
 */
export async function writeZoneKey(home: Home, { zone, key, former }: KeyWish): Promise<WrittenKey> {
  const { tree } = await zonesOf(home);
  if (!tree.has(zone)) throw unknownZone(zone, tree);
  const known = gossipKey(key);
  if (!known) throw new OpsbroError('bad_request', `the key has ${key.length} bytes (expected 16, 24 or 32)`);
  const file = new ZoneKeyFiles(home.config).file(zone);
  // One that cannot be read is there as well.
  const isThere = (await file.read().catch(() => '')) !== undefined;
  if (isThere && former === 'keep') {
    const text = `${file.path} exists already; --erase replaces it, and with it all keys that the zone has`;
    throw new OpsbroError('already_exists', text);
  }
  await file.write(keyFileText([key], 'lines'));
  return { path: file.path, fingerprint: known.fingerprint };
}

/** Sets the zone for the next start of the agent; `null`: that of the configuration. Throws `not_found` when it is not defined. */
export async function setZone(home: Home, zone: string | null): Promise<string> {
  const { tree, configured, data } = await zonesOf(home);
  if (zone !== null && !tree.has(zone)) throw unknownZone(zone, tree);
  keepMovedZone(data, zone ?? undefined);
  return zone ?? configured;
}

async function zonesOf(home: Home): Promise<{ tree: ZoneTree; configured: string; data: string }> {
  const sources = { directory: home.config, shipped: home.shipped, env: process.env, rules: NO_RULES };
  const { zones, config } = await loadConfig(sources);
  return { tree: zones, configured: config.node_zone, data: config.data ?? home.data };
}

/** The key in a text that somebody gave. Throws `bad_request` when it is none; the text is never repeated. */
export const keyIn = (base64: string): Uint8Array => readKey(base64);
