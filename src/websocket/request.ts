import { z } from 'zod';
import { OpsbroError } from '../base/errors.ts';
import { STREAM_CHANNELS, type StreamChannel } from './channels.ts';

const MAX_FILTER = 4_096;
const MAX_PREFIX = 1_024;

const Channels = z.union([z.enum(STREAM_CHANNELS), z.array(z.enum(STREAM_CHANNELS)).max(100)]);

/** What a client may say. */
const Said = z.object({
  ping: z.unknown().optional(),
  subscribe: Channels.optional(),
  unsubscribe: Channels.optional(),
  filter: z.string().max(MAX_FILTER).nullable().optional(),
  prefix: z.string().max(MAX_PREFIX).optional(),
  since: z.number().int().nonnegative().optional(),
  boot: z.string().max(100).optional(),
  // Who is let in without one may still say it.
  token: z.string().optional(),
});

/** A change of what a client gets, and where it wants to go on. */
export interface Request {
  readonly wanted: readonly StreamChannel[];
  readonly unwanted: readonly StreamChannel[];
  /** Empty: no filter any more; left out: as before. */
  readonly filter?: string | undefined;
  readonly prefix?: string | undefined;
  /** The last frame it has, and the start of the agent it had it from. */
  readonly since?: { readonly index: number; readonly boot: string } | undefined;
}

const NOT_UNDERSTOOD = `send {"ping":X}, {"subscribe":C} or {"unsubscribe":C}; C is one of ${STREAM_CHANNELS.join(', ')}, or a list`;

/** Reads a message of a client; `ping` is what it wants to have back. Throws `bad_request` at anything that is none. */
export function requestIn(text: string): { readonly request?: Request; readonly ping?: { readonly back: unknown } } {
  const { success, data } = Said.safeParse(parsed(text));
  if (!success || Object.keys(data).length === 0) throw new OpsbroError('bad_request', NOT_UNDERSTOOD);
  const { ping, token: _token, ...asked } = data;
  const back = ping === undefined ? undefined : { ping: { back: ping } };
  return { ...back, ...(Object.keys(asked).length > 0 && { request: requestOf(asked) }) };
}

const PARAMETERS = ['subscribe', 'unsubscribe', 'filter', 'prefix', 'since', 'boot'] as const;

/**
 * The same in the query of the address: `/ws?since=17&boot=B`, channels divided by commas; nothing when it has none of these parameters.
 * Throws `bad_request`.
 */
export function requestInUrl(target: string): Request | undefined {
  const query = new URLSearchParams(target.split('?', 2)[1] ?? '');
  const given = PARAMETERS.filter((name) => query.has(name));
  if (given.length === 0) return undefined;
  const said = Object.fromEntries(given.map((name) => [name, parameterValue(name, query.get(name) ?? '')]));
  const { success, data } = Said.safeParse(said);
  if (!success)
    throw new OpsbroError('bad_request', `query: ${PARAMETERS.join(', ')} as in messages; ${NOT_UNDERSTOOD}`);
  return requestOf(data);
}

function parameterValue(name: (typeof PARAMETERS)[number], text: string): unknown {
  if (name === 'since') return /^\d{1,15}$/.test(text) ? Number(text) : text;
  return name.endsWith('subscribe') ? text.split(',').filter((channel) => channel !== '') : text;
}

function requestOf({ subscribe, unsubscribe, filter, prefix, since, boot = '' }: z.output<typeof Said>): Request {
  return {
    wanted: listOf(subscribe),
    unwanted: listOf(unsubscribe),
    prefix,
    ...(filter !== undefined && { filter: filter ?? '' }),
    ...(since !== undefined && { since: { index: since, boot } }),
  };
}

const listOf = (channels: StreamChannel | readonly StreamChannel[] = []): readonly StreamChannel[] =>
  typeof channels === 'string' ? [channels] : channels;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
