import { NoCredentials, ProbeError } from './metric.ts';
import type { Variables } from './openrc.ts';

/** A user, a project or a domain of keystone: by name or by id. */
interface Named {
  readonly name: string;
  readonly domain: Domain;
}

/** A domain of keystone, by one of both. */
export type Domain = { readonly id: string } | { readonly name: string };

/** Who asks keystone for a token, and for what. */
export interface Credentials {
  readonly authUrl: string;
  /** What the variables say of the version of the API; `undefined` leaves it to the address. */
  readonly version: 'v3' | undefined;
  readonly user: Named;
  readonly password: string;
  readonly application: { readonly id?: string; readonly name?: string; readonly secret: string } | undefined;
  readonly project: Named;
  /** The token is for the whole system instead of a project. */
  readonly isForSystem: boolean;
  readonly region: string | undefined;
  readonly interface: Interface;
  /** Certificates of authorities, as a path. */
  readonly cacert: string | undefined;
  readonly isInsecure: boolean;
  /** Tokens are not to be written to a file. */
  readonly isCacheless: boolean;
}

/** The kinds of addresses a service has. */
export type Interface = 'public' | 'internal' | 'admin';

/** Who logs in by these variables. Throws a `ProbeError` that names the first one missing. */
export function credentialsOf(variables: Variables): Credentials {
  const get = (...names: readonly string[]) => names.map((name) => variables.get(name)).find(isThere);
  const secret = get('OS_APPLICATION_CREDENTIAL_SECRET');
  const isForSystem = get('OS_SYSTEM_SCOPE') !== undefined;
  const needed = (name: string, ...others: readonly string[]): string => {
    const value = get(name, ...others);
    if (value !== undefined) return value;
    if (secret !== undefined && name !== 'OS_AUTH_URL') return '';
    if (isForSystem && name === 'OS_TENANT_NAME') return '';
    throw new NoCredentials(`${name} not set`);
  };
  const username = needed('OS_USERNAME');
  const password = needed('OS_PASSWORD');
  const project = needed('OS_TENANT_NAME', 'OS_PROJECT_NAME');
  const authUrl = checkedUrl(needed('OS_AUTH_URL'));
  return {
    authUrl,
    version: isVersion3(get) ? 'v3' : undefined,
    user: { name: username, domain: domainOf(get('OS_USER_DOMAIN_ID'), get('OS_USER_DOMAIN_NAME'), get) },
    password,
    application: secret === undefined ? undefined : applicationOf(get, secret),
    project: { name: project, domain: domainOf(get('OS_PROJECT_DOMAIN_ID'), get('OS_PROJECT_DOMAIN_NAME'), get) },
    isForSystem,
    region: get('OS_REGION_NAME'),
    interface: interfaceOf(get('OS_ENDPOINT_TYPE', 'OS_INTERFACE') ?? 'public'),
    cacert: get('OS_CACERT'),
    isInsecure: /^(1|true|yes|on)$/i.test(get('OS_INSECURE', 'OS_API_INSECURE') ?? ''),
    isCacheless: get('OS_NO_CACHE') !== undefined,
  };
}

/** Reads what people write for an interface, such as `internalURL`. Throws a `ProbeError`. */
export function interfaceOf(written: string): Interface {
  const name = written.replace(/URL$/i, '').toLowerCase();
  if (name === 'public' || name === 'internal' || name === 'admin') return name;
  throw new ProbeError(`the interface "${written}" is none; write public, internal or admin`);
}

type Get = (...names: readonly string[]) => string | undefined;

const isThere = (value: string | undefined): value is string => value !== undefined && value !== '';

function isVersion3(get: Get): boolean {
  const version = get('OS_IDENTITY_API_VERSION', 'OS_AUTH_VERSION');
  if (version !== undefined && /^v?3(\.|$)/.test(version)) return true;
  const domains = ['OS_USER_DOMAIN_NAME', 'OS_USER_DOMAIN_ID', 'OS_PROJECT_DOMAIN_NAME', 'OS_PROJECT_DOMAIN_ID'];
  return get(...domains, 'OS_DEFAULT_DOMAIN', 'OS_APPLICATION_CREDENTIAL_SECRET') !== undefined;
}

function domainOf(id: string | undefined, name: string | undefined, get: Get): Domain {
  if (id !== undefined) return { id };
  const known = name ?? get('OS_DEFAULT_DOMAIN') ?? 'Default';
  // Which of both `default` is cannot be seen from it; only the id is always there.
  return known === 'default' ? { id: known } : { name: known };
}

function applicationOf(get: Get, secret: string) {
  const [id, name] = [get('OS_APPLICATION_CREDENTIAL_ID'), get('OS_APPLICATION_CREDENTIAL_NAME')];
  if (id === undefined && name === undefined) throw new NoCredentials('OS_APPLICATION_CREDENTIAL_ID not set');
  return { ...(id !== undefined ? { id } : {}), ...(name !== undefined ? { name } : {}), secret };
}

function checkedUrl(written: string): string {
  if (URL.canParse(written) && /^https?:/.test(written)) return written.replace(/\/+$/, '');
  throw new ProbeError(`OS_AUTH_URL is no address of a page: "${written}"`);
}
