import type { Bus } from '../base/bus.ts';
import { OpsbroError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { didYouMean } from '../base/nearest.ts';
import { gossipKey } from '../gossip/wire/keyring.ts';
import { ZoneKeys } from '../gossip/zone-keys.ts';
import type { ZoneJson } from '../http/schemas/zones.ts';
import type { AgentEvent } from '../model/event.ts';
import type { ZoneTree } from '../model/zone-tree.ts';
import type { ZoneKeys as PeerKeyring } from '../peer/keys.ts';
import { currentZoneFile, keepMovedZone, movedZone } from './current-zone.ts';
import type { Health } from './health.ts';
import { heldKeyrings, ownKeyring, signOf } from './held-keys.ts';
import type { KeyRemark, KeysRead, ZoneKeyFiles } from './zone-key-files.ts';

interface ZonesOptions {
  readonly tree: ZoneTree;
  /** The zone of the configuration; counts while nobody moved the node. */
  readonly configured: string;
  /** The data directory. */
  readonly data: string;
  readonly files: ZoneKeyFiles;
  readonly log: Logger;
  readonly health: Health;
  readonly bus: Bus<AgentEvent>;
}

/** A zone to be in, with its keys. */
interface Place {
  readonly zone: string;
  readonly keys: ZoneKeys;
}

/** The zones as this agent knows them: how they hang together, which one is its own, and the keys it holds. */
export class Zones implements Disposable {
  readonly #options: ZonesOptions;
  #tree: ZoneTree;
  #place: Place;
  #remarks: readonly KeyRemark[] = [];
  #held: ReadonlyMap<string, KeysRead> = new Map();
  #listening: Disposable;

  private constructor(options: ZonesOptions, place: Place) {
    this.#options = options;
    this.#tree = options.tree;
    this.#place = place;
    this.#listening = this.#listen();
  }

  /** Reads which zone is ours, and its keys. Throws `invalid_config` when the node was moved to a zone that is defined no more. */
  static async open(options: ZonesOptions): Promise<Zones> {
    const { tree, configured, data, files } = options;
    const moved = movedZone(data);
    if (moved !== undefined && !tree.has(moved)) {
      const text = `${currentZoneFile(data)} names the zone "${moved}", which is not defined (known: ${tree.names.join(', ')})`;
      throw new OpsbroError('invalid_config', `${text}; run opsbro gossip zone change --reset`);
    }
    const zone = moved ?? configured;
    const zones = new Zones(options, { zone, keys: await ZoneKeys.open(zone, files.file(zone)) });
    zones.#reportKeys();
    await zones.#lookAround();
    return zones;
  }

  /** The zone this node is in. */
  get own(): string {
    return this.#place.zone;
  }

  /** The keys of the own zone; another object after the node moved. */
  get keys(): ZoneKeys {
    return this.#place.keys;
  }

  get tree(): ZoneTree {
    return this.#tree;
  }

  /** The keys of our zone and of those below it, for peers; a zone without a key file is not among them. */
  get keyrings(): readonly PeerKeyring[] {
    return [...ownKeyring(this.keys), ...heldKeyrings(this.#tree.descendants(this.own), this.#held)];
  }

  /** What a person should know about the files of the keys. */
  get warnings(): readonly string[] {
    return this.#remarks.map(({ text }) => text);
  }

  /** The zone that a wish means; `null` is that of the configuration. Throws `not_found` when it is not defined. */
  named(wish: string | null): string {
    const zone = wish ?? this.#options.configured;
    if (this.#tree.has(zone)) return zone;
    throw unknownZone(zone, this.#tree);
  }

  /** Takes over the zones and keys of files that were read again. */
  async reload(tree: ZoneTree): Promise<void> {
    const { health } = this.#options;
    if (tree.has(this.own)) {
      this.#tree = tree;
      health.clear('zones', 'unknown');
    } else health.raise('zones', 'unknown', `the zone of this node, ${this.own}, is defined no more; see zones/`);
    await this.reloadKeys(this.own);
  }

  /** Reads the keys of a zone again. Throws `not_found` when it is not defined. */
  async reloadKeys(zone: string): Promise<void> {
    if (this.named(zone) === this.own) await this.keys.reload();
    const before = signOf(this.#held, this.own);
    await this.#lookAround();
    if (signOf(this.#held, this.own) !== before) this.#options.bus.emit({ type: 'key-change' });
  }

  /** The place that another zone would be. Throws `conflict` when its keys cannot be read. */
  async placeIn(zone: string): Promise<Place> {
    const keys = await ZoneKeys.open(zone, this.#options.files.file(zone));
    if (keys.state === 'closed') throw new OpsbroError('conflict', `zone "${zone}" is closed: ${keys.problem}`);
    return { zone, keys };
  }

  /** The node is at that place from now on, also after a restart. `null`: it goes by its configuration. */
  enter(place: Place, wish: string | null): void {
    keepMovedZone(this.#options.data, wish ?? undefined);
    this.#listening[Symbol.dispose]();
    this.#place = place;
    this.#listening = this.#listen();
    this.#reportKeys();
  }

  /** Every zone, with the fingerprints of the keys that are held here. */
  async list(): Promise<ZoneJson[]> {
    const held = await this.#options.files.read();
    return this.#tree.names.map((name) => {
      const isOurs = name === this.own;
      const { keys, problem } = isOurs ? this.#ownKeys() : shownKeys(held.get(name));
      return {
        name,
        'sub-zones': [...this.#tree.childrenOf(name)],
        parent: this.#tree.parentOf(name) ?? null,
        is_our_zone: isOurs,
        have_gossip_key: keys.length > 0,
        keys,
        key_problem: problem,
      };
    });
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
  }

  #ownKeys() {
    return { keys: [...this.keys.fingerprints], problem: this.keys.problem };
  }

  #listen(): Disposable {
    return this.keys.onChange(() => {
      this.#reportKeys();
      this.#options.bus.emit({ type: 'key-change' });
    });
  }

  /** A closed zone is no zone without keys: nothing works until a person has looked at it. */
  #reportKeys(): void {
    const { health, log } = this.#options;
    const { state, problem, fingerprints } = this.keys;
    if (state === 'closed') {
      const text = `zone "${this.own}" is closed, nothing is sent or accepted: ${problem}`;
      health.raise('gossip', 'zone_closed', text, 'failed');
      log.error({ zone: this.own }, text);
      return;
    }
    health.clear('gossip', 'zone_closed');
    if (state === 'keyed') log.info({ zone: this.own, keys: fingerprints }, 'the zone has gossip keys');
  }

  async #lookAround(): Promise<void> {
    const { files, health, log } = this.#options;
    this.#held = await files.read();
    const known = new Set(this.warnings);
    this.#remarks = await files.remarks();
    for (const { text } of this.#remarks) if (!known.has(text)) log.warn({}, text);
    for (const code of ['readable', 'rsa', 'unreadable'] as const) {
      const texts = this.#remarks.filter((remark) => remark.code === code).map(({ text }) => text);
      if (texts.length > 0) health.raise('zone_keys', code, texts.join('; '));
      else health.clear('zone_keys', code);
    }
  }
}

/** The error for a zone that nobody defined. */
export function unknownZone(zone: string, tree: ZoneTree): OpsbroError {
  const known = [...tree.names].sort().join(', ');
  const text = `no zone "${zone}" is defined (expected one of ${known})${didYouMean(zone, tree.names)}`;
  return new OpsbroError('not_found', text);
}

function shownKeys(read: KeysRead | undefined): { readonly keys: string[]; readonly problem: string } {
  if (read === undefined) return { keys: [], problem: '' };
  if ('problem' in read) return { keys: [], problem: read.problem };
  return { keys: read.keys.flatMap((key) => gossipKey(key)?.fingerprint ?? []), problem: '' };
}
