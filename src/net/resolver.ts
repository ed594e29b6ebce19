import { Resolver } from 'node:dns/promises';
import { isIP, isIPv4 } from 'node:net';
import { plainAddress } from './address.ts';
import { readText } from './host-files.ts';
import { addressInHosts, namesInHosts } from './host-names.ts';

const ATTEMPT_MS = 2_000;
const TRIES = 2;
/** As many as the C library looks at. */
const MAX_DOMAINS = 6;

/**
 * The addresses of a name, IPv4 first: from `/etc/hosts`, then from the name servers, also under the domains of `resolv.conf`; empty when it
 * has none. (The C library's own lookup would block a thread that files are read with for as long as a name server does not answer.)
 */
export async function addressesOf(name: string, signal: AbortSignal): Promise<string[]> {
  const wanted = name.replace(/\.$/, '');
  if (isIP(wanted) !== 0) return [plainAddress(wanted)];
  const known = namesInHosts(await textOf('/etc/hosts'), wanted);
  if (known) return sorted(known.addresses);
  if (wanted.toLowerCase() === 'localhost') return ['127.0.0.1', '::1'];
  const domains = name.endsWith('.') ? [] : domainsIn(await textOf('/etc/resolv.conf'));
  return await asking(signal, async (resolver) => {
    for (const candidate of candidates(wanted, domains)) {
      signal.throwIfAborted();
      const found = await Promise.allSettled([resolver.resolve4(candidate), resolver.resolve6(candidate)]);
      const addresses = found.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
      if (addresses.length > 0) return addresses;
    }
    return [];
  });
}

/** The names of an address, the usual one first, without final dots; empty when it has none. */
export async function namesOf(address: string, signal: AbortSignal): Promise<string[]> {
  const known = addressInHosts(await textOf('/etc/hosts'), address);
  if (known.length > 0) return known;
  const found = await asking(signal, (resolver) => resolver.reverse(address).catch((): string[] => []));
  return found.map((name) => name.replace(/\.$/, ''));
}

/** The domains under which short names are looked for. */
export function domainsIn(configuration: string): string[] {
  const lines = configuration.split('\n').map((line) => line.trim().split(/\s+/));
  const [, ...domains] = lines.findLast(([word]) => word === 'search' || word === 'domain') ?? [];
  return domains.slice(0, MAX_DOMAINS).map((domain) => domain.replace(/\.$/, ''));
}

/** A name with a dot is tried as it is first, one without last. */
function candidates(name: string, domains: readonly string[]): string[] {
  const longer = domains.filter((domain) => domain !== '').map((domain) => `${name}.${domain}`);
  return name.includes('.') ? [name, ...longer] : [...longer, name];
}

async function asking<T>(signal: AbortSignal, ask: (resolver: Resolver) => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const resolver = new Resolver({ timeout: ATTEMPT_MS, tries: TRIES });
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const answer = await ask(resolver);
    signal.throwIfAborted();
    return answer;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

const sorted = (addresses: readonly string[]): string[] => [
  ...addresses.filter((address) => isIPv4(address)),
  ...addresses.filter((address) => !isIPv4(address)),
];

const textOf = (path: string): Promise<string> => readText(path).catch(() => '');
