/** What is known of the name of this machine. */
export interface Names {
  readonly fqdn: string;
  readonly addresses: readonly string[];
}

/** What a text in the form of `/etc/hosts` says of a name; `undefined` when it does not have it. The first name of a line is the full one. */
export function namesInHosts(hosts: string, hostname: string): Names | undefined {
  const lines = linesOf(hosts).filter(([, ...names]) => names.some((name) => isSame(name, hostname)));
  const [first] = lines;
  if (!first) return undefined;
  return { fqdn: first[1] ?? hostname, addresses: lines.map(([address = '']) => address) };
}

/** The names that a text in the form of `/etc/hosts` gives an address. */
export function addressInHosts(hosts: string, address: string): string[] {
  return linesOf(hosts).flatMap(([written = '', ...names]) => (isSame(written, address) ? names : []));
}

/** Address and names of every line. */
const linesOf = (hosts: string): string[][] =>
  hosts.split('\n').map((line) => (line.split('#', 1)[0] ?? '').trim().split(/\s+/));

/** The full name among those that an address was found under: one that begins with the host's own name, else that itself. */
export function fullName(hostname: string, found: string): string {
  return isSame(found.split('.', 1)[0] ?? '', hostname.split('.', 1)[0] ?? '') ? found : hostname;
}

const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
