import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Offer } from '../access/gate.ts';
import { failedWith, OpsbroError } from '../base/errors.ts';
import type { Scope } from '../model/token.ts';
import { type AccessRules, type Caller, checkRight, identify, scopeOf } from './access.ts';
import { COMMON_HEADERS, JSON_TYPE } from './answer.ts';
import type { Arrival } from './app.ts';
import type { Direct } from './direct.ts';
import { errorBody, errorHeaders, failureOf, statusOf } from './errors.ts';
import { type OfferHeads, offerOf } from './offer.ts';
import { Outbox } from './outbox.ts';
import { PlainResponse } from './plain-response.ts';
import { askedBy, checkAsked, type WallRules } from './wall.ts';

interface Answering {
  fetch(request: Request, arrival: Arrival): Response | Promise<Response>;
  /** What it answers without being asked as an app. */
  readonly direct?: Direct;
}

/** What stands between the network and an app. */
export interface DoorSettings {
  readonly wall: WallRules;
  readonly access: AccessRules;
  /** Is told of everything unforeseen; answers the name under which the log has it. */
  report(error: unknown): string;
}

/** Tokens that are for some paths only have to name it, whatever port the stream is at. */
const WEBSOCKET_PATH = '/ws';
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']);

/** Gives an app the requests of a door, once they have passed the wall. */
export function createDoor(app: Answering, settings: DoorSettings, door: 'socket' | 'tcp') {
  const fault = (outgoing: ServerResponse, error: unknown) => refuse(outgoing, failureOf(error, settings.report));
  const outbox = new Outbox(fault);
  const listen = getRequestListener(
    async (request, env) => {
      const incoming = env.incoming as IncomingMessage;
      const arrival = { caller: callerOf(incoming, door), target: incoming.url ?? '', incoming, takesPlain: true };
      const response = await app.fetch(request, arrival);
      if (!PlainResponse.is(response)) return response;
      outbox.put(response, env.outgoing as ServerResponse);
      return RESPONSE_ALREADY_SENT;
    },
    { overrideGlobalObjects: false, errorHandler: (error) => broken(error, settings) },
  );
  const sendDirect = async (answering: Promise<Response>, outgoing: ServerResponse) => {
    try {
      const response = await answering;
      if (!PlainResponse.is(response)) throw new Error('a hot route answered with a stream');
      outbox.put(response, outgoing);
    } catch (error) {
      fault(outgoing, error);
    }
  };
  return (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    try {
      checkMethod(incoming);
      checkAsked(askedBy(incoming, door), settings.wall);
      const direct = app.direct?.({ incoming, outgoing, caller: callerOf(incoming, door) });
      if (direct !== undefined) void sendDirect(direct, outgoing);
      else void listen(incoming, outgoing);
    } catch (error) {
      fault(outgoing, error);
    }
  };
}

/** What a reader may, and whether it still may. */
interface Reader {
  readonly scope: Scope;
  mayStay(): boolean;
}

/** What a reader who proves nothing more may do, or how it proves that it is one. */
type Admission = Reader | ((token: string) => Reader);

/**
 * Judges a websocket client of this door, which needs what a reader of the API needs: throws what it is refused with. Who shows nothing, and
 * may not read without, may still show a token.
 */
export function admitReader(
  incoming: IncomingMessage,
  door: 'socket' | 'tcp',
  { wall, access }: Omit<DoorSettings, 'report'>,
): Admission {
  checkAsked(askedBy(incoming, door), wall);
  const caller = callerOf(incoming, door);
  const admitWith = (offer: Offer) => {
    const asking = { access: 'read', caller, path: WEBSOCKET_PATH, offer, isFromPage: false } as const;
    const proven = identify(asking, access);
    checkRight({ ...asking, caller: proven }, access);
    return readerOf(proven, access);
  };
  const offer = offerOf(headsOf(incoming));
  try {
    return admitWith(offer);
  } catch (error) {
    if (offer.token !== undefined || !access.gate || !failedWith(error, 'unauthorized')) throw error;
    return (token) => admitWith({ token });
  }
}

function readerOf(caller: Caller, access: AccessRules): Reader {
  const scopeNow = () => scopeOf(caller, access.anonymousRead);
  const pass = caller.door === 'tcp' ? caller.pass : undefined;
  const mayStay = () => (pass === undefined ? scopeNow() !== undefined : access.gate?.holds(pass) === true);
  return { scope: scopeNow() ?? 'read', mayStay };
}

function headsOf({ headers }: IncomingMessage): OfferHeads {
  const token = headers['x-opsbro-token'];
  return { ...headers, 'x-opsbro-token': typeof token === 'string' ? token : undefined };
}

function callerOf({ socket }: IncomingMessage, door: 'socket' | 'tcp'): Caller {
  if (door === 'socket') return { door };
  const caller = { door, address: socket.remoteAddress ?? 'unknown' };
  return 'encrypted' in socket ? { ...caller, isSecure: true } : caller;
}

function checkMethod({ method = '', headers }: IncomingMessage): void {
  if (!METHODS.has(method)) {
    const allow = [...METHODS].join(', ');
    throw new OpsbroError('method_not_allowed', `${method} is no method of this API`, { details: { allow } });
  }
  const hasLength = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  // An empty value says so; a value that was forgotten must not empty a key.
  if (method === 'PUT' && !hasLength) throw new OpsbroError('length_required', 'a PUT needs a Content-Length');
}

function refuse(outgoing: ServerResponse, failure: OpsbroError): void {
  if (outgoing.headersSent) return void outgoing.destroy();
  const body = JSON.stringify(errorBody(failure));
  outgoing.writeHead(statusOf(failure), {
    ...COMMON_HEADERS,
    'content-type': JSON_TYPE,
    'content-length': Buffer.byteLength(body),
    ...errorHeaders(failure),
    connection: 'close',
  });
  outgoing.end(body);
}

function broken(error: unknown, { report }: DoorSettings): Response {
  const failure = failureOf(error, report);
  const headers = { ...COMMON_HEADERS, 'content-type': JSON_TYPE };
  return new Response(JSON.stringify(errorBody(failure)), { status: statusOf(failure), headers });
}
