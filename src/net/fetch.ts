import { type RequestOptions, request as requestPlain } from 'node:http';
import { isIPv6, type LookupFunction } from 'node:net';
import { messageOf, OpsbroError } from '../base/errors.ts';
import type { FetchAnswer, FetchRequest } from './host.ts';
import { collect, type HttpAnswer } from './http-client.ts';
import { addressesOf } from './resolver.ts';

/**
 * Sends one request over a connection of its own and reads the whole answer; redirections are answers like any other. Throws `bad_request`
 * for an address that is none, `too_large` for an answer beyond the limit, the system's error, or the signal's reason.
 */
export async function fetchHttp(asked: FetchRequest, signal: AbortSignal): Promise<FetchAnswer> {
  signal.throwIfAborted();
  const url = checkedUrl(asked.url);
  // Loaded by the first who needs it.
  const send = url.protocol === 'https:' ? (await import('node:https')).request : requestPlain;
  const { status, headers, body } = await answerOf(send, optionsOf(url, asked, signal), asked);
  const flat = Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]);
  return { status, headers: Object.fromEntries(flat), body };
}

function checkedUrl(written: string): URL {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new OpsbroError(
    'bad_request',
    `"${written}" is no address of a page; write http://HOST/PATH or https://HOST/PATH`,
  );
}

function optionsOf(
  url: URL,
  { method = 'GET', headers = {}, socketPath }: FetchRequest,
  signal: AbortSignal,
): RequestOptions {
  const { hostname, port, pathname, search, username, password } = url;
  return {
    protocol: url.protocol,
    hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
    ...(port !== '' && { port: Number(port) }),
    ...(socketPath !== undefined && { socketPath }),
    ...(username !== '' && { auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` }),
    path: pathname + search,
    method,
    headers,
    agent: false,
    lookup: lookupBy(signal),
    signal,
  };
}

function answerOf(
  send: typeof requestPlain,
  options: RequestOptions,
  { body, maxBytes }: FetchRequest,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const sent = send(options);
    sent.once('response', (answer) => collect(answer, maxBytes).then(resolve, reject));
    sent.once('error', (error) => reject(options.signal?.aborted ? options.signal.reason : error));
    sent.end(body);
  });
}

/** Names are looked up by us: Node's own way would hold a thread for as long as a name server does not answer. */
function lookupBy(signal: AbortSignal): LookupFunction {
  return (name, { all }, done) => {
    addressesOf(name, signal).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
        const [first] = found;
        if (first === undefined) done(notFound(name), '', 0);
        else if (all) done(null, found);
        else done(null, first.address, first.family);
      },
      (error: unknown) =>
        done(Object.assign(new Error(messageOf(error), { cause: error }), { code: 'ECANCELLED' }), '', 0),
    );
  };
}

const notFound = (name: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`ENOTFOUND: the name "${name}" has no address`), { code: 'ENOTFOUND' });
