import type { Bus } from '../base/bus.ts';
import type { KeySource } from '../gossip/key-source.ts';
import type { Keyring } from '../gossip/wire/keyring.ts';
import type { AgentEvent } from '../model/event.ts';
import type { ZoneTree } from '../model/zone-tree.ts';
import type { Zones } from './zones.ts';

/** The keys of the zones right below ours, as gossip needs them; kept until keys or zones change. */
export class ChildKeys implements Disposable {
  readonly #zones: Zones;
  readonly #listening: Disposable;
  #known: { readonly keys: ReadonlyMap<string, KeySource>; readonly tree: ZoneTree; readonly own: string } | undefined;

  constructor(zones: Zones, bus: Bus<AgentEvent>) {
    this.#zones = zones;
    this.#listening = bus.on('key-change', () => {
      this.#known = undefined;
    });
  }

  /** By zone; those without a key file are not among them. */
  get all(): ReadonlyMap<string, KeySource> {
    const { own, tree } = this.#zones;
    if (this.#known?.tree !== tree || this.#known.own !== own) this.#known = { keys: this.#read(), tree, own };
    return this.#known.keys;
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
  }

  #read(): ReadonlyMap<string, KeySource> {
    const { keyrings, own, tree } = this.#zones;
    const children = keyrings.filter(({ zone }) => tree.parentOf(zone) === own);
    return new Map(children.map(({ zone, keyring }) => [zone, sourceOf(zone, keyring)]));
  }
}

function sourceOf(zone: string, [primary, ...others]: readonly Keyring[number][]): KeySource {
  return primary
    ? { state: 'keyed', keyring: [primary, ...others], problem: '' }
    : { state: 'closed', keyring: undefined, problem: `the keys of zone ${zone} cannot be read` };
}
