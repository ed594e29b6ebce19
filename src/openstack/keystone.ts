import type { Credentials, Domain } from './credentials.ts';
import { isObject } from './json.ts';
import { ApiDown, ProbeError } from './metric.ts';
import { type Answer, textOf, type Web } from './web.ts';

/** A service of the catalog and where it is. */
export interface CatalogEntry {
  readonly type: string;
  readonly endpoints: readonly {
    /** `public`, `internal` or `admin`. */
    readonly interface: string;
    readonly region: string;
    readonly url: string;
  }[];
}

/** A token of keystone, and what came with it. */
export interface Token {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  readonly projectId: string;
  /** The version of the API that gave it. */
  readonly version: 'v3' | 'v2.0';
  readonly catalog: readonly CatalogEntry[];
}

/** Asks keystone for a token. Throws a `ProbeError` that says what it answered; no password is in it. */
export async function requestToken(web: Web, credentials: Credentials): Promise<Token> {
  web.hide(credentials.password, credentials.application?.secret ?? '');
  try {
    const base = await identityBase(web, credentials);
    if (!base.endsWith('/v2.0')) return await byVersion3(web, base, credentials);
    const token = await byVersion2(web, base, credentials);
    // Every keystone since Queens has only the third version, whatever the address says.
    return token ?? (await byVersion3(web, base.replace(/\/v2\.0$/, '/v3'), credentials));
  } catch (error) {
    throw error instanceof ApiDown ? new ProbeError(error.message, { cause: error }) : error;
  }
}

const trustOf = ({ isInsecure, ca }: Credentials & { readonly ca?: string }) => ({
  tls: { verify: !isInsecure, ...(ca !== undefined && { ca }) },
});

/** The address of the API with its version. */
async function identityBase(web: Web, credentials: Credentials): Promise<string> {
  const { authUrl, version } = credentials;
  const plain = authUrl.replace(/\/v(2\.0|3)$/, '');
  if (version === 'v3' || authUrl.endsWith('/v3')) return `${plain}/v3`;
  if (authUrl.endsWith('/v2.0')) return authUrl;
  const answer = await web.call({ url: `${authUrl}/`, ...trustOf(credentials) });
  const ids = versionsIn(textOf(answer));
  return ids.length > 0 && !ids.some((id) => id.startsWith('v3')) ? `${authUrl}/v2.0` : `${authUrl}/v3`;
}

/** Ids of the versions that are stable, such as `v3.14`. */
function versionsIn(text: string): string[] {
  const document = parsed(text);
  const versions = isObject(document) ? document['versions'] : undefined;
  const values = isObject(versions) ? versions['values'] : versions;
  if (!Array.isArray(values)) return [];
  return values
    .filter(isObject)
    .filter(({ status }) => status === 'stable' || status === 'CURRENT')
    .map(({ id }) => String(id));
}

async function byVersion3(web: Web, base: string, credentials: Credentials): Promise<Token> {
  const body = JSON.stringify({ auth: { identity: identityOf(credentials), ...scopeOf(credentials) } });
  const answer = await post(web, `${base}/auth/tokens`, { body, credentials });
  const id = answer.headers['x-subject-token'];
  const document = parsed(textOf(answer));
  const token = isObject(document) ? document['token'] : undefined;
  if (answer.status !== 201 || id === undefined || !isObject(token)) throw refusal(web, answer);
  const project = isObject(token['project']) ? textAt(token['project'], 'id') : '';
  return checked(web, answer, {
    id,
    expiresAt: instantOf(token['expires_at']),
    projectId: project,
    version: 'v3',
    catalog: catalogOf(token['catalog']),
  });
}

function identityOf({ user, password, application }: Credentials): object {
  if (application === undefined) {
    return { methods: ['password'], password: { user: { name: user.name, domain: user.domain, password } } };
  }
  const owner = application.id === undefined ? { user: { name: user.name, domain: user.domain } } : {};
  return { methods: ['application_credential'], application_credential: { ...application, ...owner } };
}

function scopeOf({ project, application, isForSystem }: Credentials): object {
  // An application credential has its scope in it.
  if (application !== undefined) return {};
  if (isForSystem) return { scope: { system: { all: true } } };
  const { name, domain }: { name: string; domain: Domain } = project;
  return { scope: { project: { name, domain } } };
}

/** `undefined` when keystone does not know this version. */
async function byVersion2(web: Web, base: string, credentials: Credentials): Promise<Token | undefined> {
  const { user, password, project } = credentials;
  const body = JSON.stringify({
    auth: { tenantName: project.name, passwordCredentials: { username: user.name, password } },
  });
  const answer = await post(web, `${base}/tokens`, { body, credentials });
  if (answer.status === 404) return undefined;
  const document = parsed(textOf(answer));
  const access = isObject(document) ? document['access'] : undefined;
  const token = isObject(access) ? access['token'] : undefined;
  if (answer.status !== 200 || !isObject(access) || !isObject(token)) throw refusal(web, answer);
  const tenant = isObject(token['tenant']) ? textAt(token['tenant'], 'id') : '';
  return checked(web, answer, {
    id: textAt(token, 'id'),
    expiresAt: instantOf(token['expires']),
    projectId: tenant,
    version: 'v2.0',
    catalog: oldCatalogOf(access['serviceCatalog']),
  });
}

interface Posting {
  readonly body: string;
  readonly credentials: Credentials;
}

const post = (web: Web, url: string, { body, credentials }: Posting): Promise<Answer> =>
  web.call({ url, method: 'POST', headers: { 'content-type': 'application/json' }, body, ...trustOf(credentials) });

function refusal(web: Web, answer: Answer): ProbeError {
  const document = parsed(textOf(answer));
  const error = isObject(document) ? document['error'] : undefined;
  const message = isObject(error) ? textAt(error, 'message') : '';
  const why = message === '' ? 'no token' : message;
  return new ProbeError(web.redacted(`${answer.url} answered ${answer.status}: ${why}`));
}

function checked(web: Web, answer: Answer, token: Token): Token {
  if (token.id === '' || !/^[\x21-\x7e]+$/.test(token.id) || !Number.isFinite(token.expiresAt))
    throw refusal(web, answer);
  web.hide(token.id);
  return token;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const textAt = (object: Readonly<Record<string, unknown>>, key: string): string => {
  const value = object[key];
  return typeof value === 'string' ? value : '';
};

/** Keystone means UTC, and does not always say so. */
function instantOf(written: unknown): number {
  if (typeof written !== 'string') return Number.NaN;
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(written) ? written : `${written}Z`);
}

const MOST_SERVICES = 500;

function catalogOf(written: unknown): CatalogEntry[] {
  return entriesIn(written).map((entry) => ({
    type: textAt(entry, 'type'),
    endpoints: entriesIn(entry['endpoints']).map((each) => ({
      interface: textAt(each, 'interface'),
      region: textAt(each, 'region') || textAt(each, 'region_id'),
      url: textAt(each, 'url'),
    })),
  }));
}

/** The second version has all addresses of a region in one record. */
function oldCatalogOf(written: unknown): CatalogEntry[] {
  return entriesIn(written).map((entry) => ({
    type: textAt(entry, 'type'),
    endpoints: entriesIn(entry['endpoints']).flatMap((each) =>
      ['public', 'internal', 'admin'].map((name) => ({
        interface: name,
        region: textAt(each, 'region'),
        url: textAt(each, `${name}URL`),
      })),
    ),
  }));
}

const entriesIn = (written: unknown): Readonly<Record<string, unknown>>[] =>
  Array.isArray(written) ? written.slice(0, MOST_SERVICES).filter(isObject) : [];

/** Whether something that was read from a file is a token. */
export function isToken(value: unknown): value is Token {
  if (!isObject(value) || !Array.isArray(value['catalog'])) return false;
  const { id, expiresAt, projectId, version, catalog } = value;
  const isPlain = typeof id === 'string' && /^[\x21-\x7e]+$/.test(id) && typeof projectId === 'string';
  const isEntry = (entry: unknown) =>
    isObject(entry) && typeof entry['type'] === 'string' && areEndpoints(entry['endpoints']);
  return isPlain && typeof expiresAt === 'number' && (version === 'v3' || version === 'v2.0') && catalog.every(isEntry);
}

const areEndpoints = (list: unknown): boolean =>
  Array.isArray(list) &&
  list.every(
    (each) => isObject(each) && ['interface', 'region', 'url'].every((name) => typeof each[name] === 'string'),
  );
