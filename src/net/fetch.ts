import { type ClientRequest, type IncomingMessage, request as requestPlain } from 'node:http';
import type { RequestOptions } from 'node:https';
import { isIP, isIPv6, type LookupFunction } from 'node:net';
import { TLSSocket } from 'node:tls';
import { messageOf, OpsbroError } from '../base/errors.ts';
import type { FetchAnswer, FetchRequest } from './host.ts';
import { collect } from './http-client.ts';
import { addressesOf } from './resolver.ts';
import { refuseShielded } from './shield.ts';
import { certificateOf, trustOptions } from './tls-trust.ts';

/**
 * Sends one request over a connection of its own and reads the whole answer; redirections are answers like any other. Throws `bad_request`
 * for an address that is none, `too_large` for an answer beyond the limit, the system's error, or the signal's reason.
 */
export async function fetchHttp(asked: FetchRequest, signal: AbortSignal): Promise<FetchAnswer> {
  signal.throwIfAborted();
  const url = checkedUrl(asked.url);
  // Loaded by the first who needs it.
  const send = url.protocol === 'https:' ? (await import('node:https')).request : requestPlain;
  return await answerOf(send(optionsOf(url, asked, signal)), asked, signal);
}

function checkedUrl(written: string): URL {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new OpsbroError(
    'bad_request',
    `"${written}" is no address of a page; write http://HOST/PATH or https://HOST/PATH`,
  );
}

function optionsOf(url: URL, asked: FetchRequest, signal: AbortSignal): RequestOptions {
  const { method = 'GET', headers = {}, socketPath, address, tls } = asked;
  const { port, pathname, search, username, password } = url;
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const place = address ?? hostname;
  if (asked.isShielded && isIP(place) !== 0) refuseShielded(place);
  return {
    protocol: url.protocol,
    hostname: place,
    ...(port !== '' && { port: Number(port) }),
    ...(socketPath !== undefined && { socketPath }),
    ...(username !== '' && { auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` }),
    path: pathname + search,
    method,
    headers: address === undefined ? headers : { host: url.host, ...headers },
    agent: false,
    ...(url.protocol === 'https:' && trustOptions(tls, hostname)),
    lookup: lookupBy(asked, signal),
    signal,
  };
}

function answerOf(sent: ClientRequest, asked: FetchRequest, signal: AbortSignal): Promise<FetchAnswer> {
  return new Promise((resolve, reject) => {
    sent.once('socket', (socket) => {
      socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => asked.onPhase?.('connected'));
    });
    sent.once('response', (answer) => {
      asked.onPhase?.('answered');
      readAnswer(answer, asked).then(resolve, reject);
    });
    sent.once('error', (error) => reject(signal.aborted ? signal.reason : error));
    sent.end(asked.body);
  });
}

async function readAnswer(
  answer: IncomingMessage,
  { maxBytes, isCutting = false }: FetchRequest,
): Promise<FetchAnswer> {
  const { socket, httpVersion, statusMessage = '', rawHeaders } = answer;
  const certificate = socket instanceof TLSSocket ? certificateOf(socket) : undefined;
  const { status, headers, body } = isCutting ? await beginning(answer, maxBytes) : await collect(answer, maxBytes);
  const flat = Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]);
  const statusLine = `HTTP/${httpVersion} ${status} ${statusMessage}`.trimEnd();
  // Each header with its colon, blank and end of line, and an empty line after them.
  const head = statusLine.length + 4 + rawHeaders.reduce((bytes, text) => bytes + text.length + 2, 0);
  const bytes = head + body.length;
  return { status, headers: Object.fromEntries(flat), body, statusLine, bytes, ...(certificate && { certificate }) };
}

/** The answer with no more than `most` bytes of its body; the rest is not read. */
async function beginning(answer: IncomingMessage, most: number) {
  const pieces: Buffer[] = [];
  let room = most;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    pieces.push(piece.subarray(0, room));
    room -= piece.length;
    if (room < 0) break;
  }
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(pieces) };
}

/** Names are looked up by us: Node's own way would hold a thread for as long as a name server does not answer. */
function lookupBy({ family, isShielded }: FetchRequest, signal: AbortSignal): LookupFunction {
  return (name, { all }, done) => {
    addressesOf(name, signal).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
        const fitting = found.filter((each) => family === undefined || each.family === family);
        const [first] = fitting;
        const refusal = isShielded ? refusalOf(addresses) : undefined;
        if (refusal) done(refusal, '', 0);
        else if (first === undefined) done(notFound(name), '', 0);
        else if (all) done(null, fitting);
        else done(null, first.address, first.family);
      },
      (error: unknown) =>
        done(Object.assign(new Error(messageOf(error), { cause: error }), { code: 'ECANCELLED' }), '', 0),
    );
  };
}

/** One address of a name that is refused is enough: which of them is taken is not up to us. */
function refusalOf(addresses: readonly string[]): Error | undefined {
  try {
    for (const address of addresses) refuseShielded(address);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(messageOf(error));
  }
}

const notFound = (name: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`ENOTFOUND: the name "${name}" has no address`), { code: 'ENOTFOUND' });
