import { messageOf } from '../base/errors.ts';
import type { Host } from '../net/host.ts';
import { readIfThere } from './files.ts';
import type { Hosting } from './kinds.ts';

/** Both tries together stay within the two seconds that drivers are given. */
const TRY_MS = 900;
const TRIES = 2;
const MAX_BYTES = 1_048_576;

/** A metadata service of a hoster, as this machine reaches it. */
export interface Service {
  readonly host: Host;
  readonly signal: AbortSignal;
}

interface Asking {
  readonly method?: 'GET' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the firmware says of the machine under a name such as `sys_vendor`; empty when it says nothing, or not to us. */
export async function firmware(host: Host, name: string): Promise<string> {
  return (await readIfThere(host, `/sys/class/dmi/id/${name}`)) ?? '';
}

/** What the service answers, without blanks around it; `undefined` when it has nothing there. Tries twice. Throws when it cannot be asked. */
export async function metadata(
  { host, signal }: Service,
  url: string,
  asking: Asking = {},
): Promise<string | undefined> {
  let failure: unknown;
  for (let tries = 0; tries < TRIES && !signal.aborted; tries++) {
    try {
      const request = { url, ...asking, timeoutMs: TRY_MS, maxBytes: MAX_BYTES };
      const { status, body } = await host.fetch(request, signal);
      if (status === 200) return Buffer.from(body).toString('utf8').trim();
      if (status === 404) return undefined;
      failure = new Error(`${new URL(url).host} answers ${status}`);
    } catch (error) {
      failure = error;
    }
  }
  throw failure ?? signal.reason;
}

/** As `metadata`, read as JSON. Throws when it is none. */
export async function metadataTree(service: Service, url: string, asking: Asking = {}): Promise<unknown> {
  const text = await metadata(service, url, asking);
  try {
    return JSON.parse(text ?? '');
  } catch {
    throw new Error(`${new URL(url).host} answers no JSON`);
  }
}

/** The text or number at a path of a tree, as text; `undefined` when there is none, or an empty one. */
export function textAt(tree: unknown, ...path: readonly (string | number)[]): string | undefined {
  let place = tree;
  for (const key of path) {
    if (typeof place !== 'object' || place === null || !Object.hasOwn(place, key)) return undefined;
    place = (place as Record<string | number, unknown>)[key];
  }
  if (typeof place !== 'string' && typeof place !== 'number') return undefined;
  return String(place) || undefined;
}

/** What a driver says when the machine is of its kind, whatever its metadata service says: without an answer it has neither id nor address. */
export async function recognised(
  ask: () => Promise<Readonly<Record<'uniqueId' | 'localAddress' | 'publicAddress', string | undefined>>>,
): Promise<Hosting> {
  try {
    const { uniqueId, localAddress, publicAddress } = await ask();
    return {
      isActive: true,
      ...(uniqueId !== undefined && { uniqueId }),
      ...(localAddress !== undefined && { localAddress }),
      ...(publicAddress !== undefined && { publicAddress }),
    };
  } catch (error) {
    return { isActive: true, reason: messageOf(error) };
  }
}
