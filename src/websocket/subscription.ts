import { wants as wantsKey } from '../kv/change-entry.ts';
import { CHANNELS, type News, type StreamChannel } from './channels.ts';
import type { Request } from './request.ts';

/** What a client gets. */
export interface Subscription {
  readonly channels: ReadonlySet<StreamChannel>;
  /** It has not said which of the channels that come by themselves it wants. */
  readonly isDefault: boolean;
  /** What keys begin with that it wants to hear of. */
  readonly prefix: string;
  /** Expressions that records must fit, by channel. */
  readonly filters: ReadonlyMap<StreamChannel, string>;
}

/** What who asks for nothing gets. */
export const DEFAULT: Subscription = { channels: new Set(CHANNELS), isDefault: true, prefix: '', filters: new Map() };

/**
 * What a client gets from now on. Who names one of the channels that come by themselves gets of those only what it names; others are added. A
 * filter is for the channels that are named beside it, or for all when none is.
 */
export function subscribed(before: Subscription, { wanted, unwanted, filter, prefix }: Request): Subscription {
  const isDefault = before.isDefault && !wanted.some(isByItself);
  const kept = [...before.channels].filter((channel) => isDefault === before.isDefault || !isByItself(channel));
  const channels = new Set([...kept, ...wanted]);
  for (const channel of unwanted) channels.delete(channel);
  const filters = new Map(before.filters);
  if (filter !== undefined) {
    for (const channel of wanted.length > 0 ? wanted : channels) filters.set(channel, filter);
  }
  for (const [channel, text] of filters) if (text === '' || !channels.has(channel)) filters.delete(channel);
  return { channels, isDefault, filters, prefix: prefixOf(before, { channels, wanted, prefix }) };
}

interface Prefixing extends Pick<Request, 'wanted' | 'prefix'> {
  readonly channels: ReadonlySet<StreamChannel>;
}

function prefixOf(before: Subscription, { channels, wanted, prefix }: Prefixing): string {
  if (!channels.has('kv')) return '';
  return wanted.includes('kv') ? (prefix ?? '') : before.prefix;
}

/** The same text for subscriptions to the same. */
export function keyOf({ channels, isDefault, prefix, filters }: Subscription): string {
  return JSON.stringify([[...channels].sort(), isDefault, prefix, [...filters].sort()]);
}

/** Whether something of this channel, with `kv` of this key, is subscribed to. */
export function isSubscribed(
  { channels, prefix }: Subscription,
  { channel, key }: Pick<News, 'channel' | 'key'>,
): boolean {
  return channels.has(channel) && (key === undefined || wantsKey({ prefix }, { key }));
}

/** Whether everything that `part` gets, without its filters, is among what `whole` gets, without its. */
export function contains(whole: Subscription, part: Subscription): boolean {
  return (
    [...part.channels].every((channel) => whole.channels.has(channel)) &&
    (!part.channels.has('kv') || whole.prefix === part.prefix)
  );
}

const isByItself = (channel: StreamChannel): boolean => CHANNELS.some((known) => known === channel);
