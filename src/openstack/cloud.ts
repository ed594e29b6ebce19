import { systemCode } from '../base/errors.ts';
import type { TlsTrust } from '../net/host.ts';
import { type Credentials, credentialsOf, interfaceOf } from './credentials.ts';
import { catalogUrl, isAddress, type LocalPlace, localUrl, NoEndpoint, type ServiceType } from './endpoint.ts';
import { requestToken, type Token } from './keystone.ts';
import { NoCredentials, ProbeError } from './metric.ts';
import { readOpenrc, type Variables } from './openrc.ts';
import type { CloudOptions } from './options.ts';
import type { Probing } from './probing.ts';
import { keyOf, type TokenStore, tokensOf } from './tokens.ts';

/** Files that are looked for when none is named. */
const USUAL_FILES = ['/root/openrc-maas', '/root/openrc'];

/** A cloud that lets us in: who we are there, and the token we have. */
export interface Cloud {
  readonly credentials: Credentials;
  /** How the service at an address is believed. */
  trust(url: string): TlsTrust;
  token(): Token;
  /** Asks for another token, as this one is refused. Throws a `ProbeError`. */
  renew(): Promise<void>;
  /** Where a service is asked: on this machine, or without a place where the catalog says. Throws `NoEndpoint`. */
  url(type: ServiceType, place?: LocalPlace): string;
}

/** Logs in with what is written, or with the token that is there. Throws a `ProbeError` that says what is missing or refused. */
export async function openCloud(probing: Probing, options: CloudOptions): Promise<Cloud> {
  const credentials = await readCredentials(probing, options);
  const ca = credentials.cacert === undefined ? undefined : await certificates(probing, credentials.cacert);
  const choice = {
    interface: options.interface === '' ? credentials.interface : interfaceOf(options.interface),
    region: options.region === '' ? credentials.region : options.region,
  };
  const isLimited = credentials.isCacheless || options.no_token_cache;
  const store = isLimited ? undefined : probing.store;
  let token = await ownToken(probing, { credentials, ca, store });
  return {
    credentials,
    trust: (url) => trustOf(url, { isInsecure: options.insecure || credentials.isInsecure, ca }),
    token: () => token,
    async renew() {
      token = await ownToken(probing, { credentials, ca, store, refused: token });
    },
    url(type, place) {
      const url = catalogUrl(token, type, choice);
      if (url === undefined) throw new NoEndpoint(type);
      return localUrl(url, place);
    },
  };
}

/** Who logs in, by the file that is named or usual, or by the environment where there is none. Throws a `ProbeError`. */
export async function readCredentials(probing: Probing, options: CloudOptions): Promise<Credentials> {
  const credentials = credentialsOf(await readVariables(probing, options.openrc));
  return {
    ...credentials,
    isInsecure: credentials.isInsecure || options.insecure,
    ...(options.cacert !== '' && { cacert: options.cacert }),
  };
}

async function readVariables({ host, environment }: Probing, named: string): Promise<Variables> {
  for (const path of named === '' ? USUAL_FILES : [named]) {
    try {
      return readOpenrc(await host.readFile(path));
    } catch (error) {
      const code = systemCode(error);
      if (code !== 'ENOENT' && code !== 'ENOTDIR') throw new NoCredentials(`${path} cannot be read: ${code ?? error}`);
    }
  }
  return environment;
}

interface Login {
  readonly credentials: Credentials;
  readonly ca: string | undefined;
  readonly store: TokenStore | undefined;
  readonly refused?: Token;
}

async function ownToken({ host, web }: Probing, { credentials, ca, store, refused }: Login): Promise<Token> {
  const token = await tokensOf(host).get(host, {
    ...{ key: keyOf(credentials), store, refused },
    ask: () => requestToken(web, { ...credentials, ...(ca !== undefined && { ca }) }),
  });
  web.hide(token.id, credentials.password);
  return token;
}

async function certificates({ host }: Probing, path: string): Promise<string> {
  try {
    return await host.readFile(path);
  } catch (error) {
    throw new ProbeError(`${path} cannot be read: ${systemCode(error) ?? error}`);
  }
}

/** A certificate has the name of its service in it and not the address of this machine, unless somebody says who signed it. */
function trustOf(url: string, { isInsecure, ca }: { isInsecure: boolean; ca: string | undefined }): TlsTrust {
  if (isInsecure) return { verify: false };
  return ca === undefined ? { verify: !isAddress(new URL(url).hostname) } : { ca };
}
