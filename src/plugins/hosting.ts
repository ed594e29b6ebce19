import { messageOf } from '../base/errors.ts';
import type { Host } from '../net/host.ts';
import type { HostingDriver } from './kinds.ts';

/** What became of asking one hosting driver. */
export interface HostingState {
  readonly name: string;
  readonly isActive: boolean;
  /** The machine's id by this driver; absent when it has none or one that other machines have too. */
  readonly uniqueId?: string;
  /** The address of this machine within its hoster's network, if the hoster says it. */
  readonly localAddress?: string;
  /** The address under which the world reaches this machine, if the hoster says it. */
  readonly publicAddress?: string;
  /** Why a driver, or its metadata service, could not be asked; empty when it could. */
  readonly reason: string;
}

/** Asks every driver about this machine. The answers come by layer, then name: the first active one is the main one. */
export async function surveyHosting(
  drivers: Iterable<HostingDriver>,
  host: Host,
  signal: AbortSignal,
): Promise<HostingState[]> {
  const ordered = [...drivers].sort((a, b) => a.layer - b.layer || (a.name < b.name ? -1 : 1));
  return await Promise.all(ordered.map((driver) => ask(driver, host, signal)));
}

async function ask({ name, configure }: HostingDriver, host: Host, signal: AbortSignal): Promise<HostingState> {
  try {
    const { uniqueId, ...found } = await configure({})(host, signal);
    const state = { name, reason: '', ...found };
    return uniqueId !== undefined && isUnique(uniqueId) ? { ...state, uniqueId } : state;
  } catch (error) {
    return { name, isActive: false, reason: messageOf(error) };
  }
}

/** Makers leave placeholders where an id should be: nothing, one digit repeated, the digits in order. */
function isUnique(id: string): boolean {
  const bare = id.replaceAll(/[-\s]/g, '').toLowerCase();
  return new Set(bare).size > 1 && !bare.startsWith('12345678') && bare !== 'notspecified';
}
