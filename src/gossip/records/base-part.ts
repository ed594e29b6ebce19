import { endpointText } from '../../net/address.ts';
import type { Entry } from '../core/effect.ts';
import type { Node } from '../core/node.ts';
import { flagEntry, listEntry, numberEntry, numbersEntry, textEntry } from './entries.ts';

/** What a node says of itself that is known when it starts. */
interface BaseParts {
  readonly id: string;
  readonly displayName: string;
  readonly zone: string;
  readonly isProxy: boolean;
  readonly agentVersion: string;
  readonly hosting?: string;
  /** Epoch milliseconds. */
  readonly started: number;
}

/** The entries that the base part begins with; the groups come when they are known. */
export function baseEntries(parts: BaseParts, self: Pick<Node, 'name' | 'address' | 'port'>): Map<string, Entry> {
  return new Map([
    ['addresses', listEntry([endpointText(self)])],
    ['display_name', textEntry(parts.displayName)],
    ['hosting', textEntry(parts.hosting ?? '')],
    ['id', textEntry(parts.id)],
    ['name', textEntry(self.name)],
    ['ports', numbersEntry(new Map([['gossip', self.port]]))],
    ['proxy', flagEntry(parts.isProxy)],
    ['started', numberEntry(parts.started)],
    ['version', textEntry(parts.agentVersion)],
    ['zone', textEntry(parts.zone)],
  ]);
}
