import { z } from 'zod';
import { OpsbroError } from '../../base/errors.ts';
import { type Caller, scopeOf } from '../access.ts';
import { loginCookie, offerBy } from '../offer.ts';
import type { ApiParts } from '../parts.ts';
import { type Call, Reply, route } from '../route.ts';
import { WhoJson } from '../schemas/tokens.ts';

type Head = Call<unknown, unknown, unknown>['head'];

const MAX_BODY = 4_096;

/** How people log in at the page, and what somebody may. */
export const loginRoutes = ({ access }: Pick<ApiParts, 'access'>) => ({
  'GET /login': route({
    access: 'open',
    summary: 'Who asks, and what that may.',
    answer: WhoJson,
    handle: ({ caller, head }) => whoAsks(caller, head, access),
  }),
  'POST /login': route({
    access: 'open',
    summary: 'Begins a login with a token: sets the cookie that stands for it for 12 hours at most.',
    body: z.strictObject({ token: z.string().min(1).max(512) }),
    maxBody: MAX_BODY,
    answer: WhoJson,
    handle({ body, caller, head, prove }) {
      const { secret, pass, lastsMs } = access.gate.login(body.token, addressOf(caller));
      const { name, scope } = pass;
      prove(pass);
      const cookie = loginCookie({ secret, seconds: Math.ceil(lastsMs / 1_000), isSecure: isSecure(caller, head) });
      return new Reply<WhoJson>({ name, scope, by: 'login' }, { headers: { 'set-cookie': cookie } });
    },
  }),
  'POST /logout': route({
    access: 'open',
    summary: 'Ends the login of the cookie, and takes the cookie back.',
    answer: z.object({ done: z.literal(true) }),
    handle({ caller, head }) {
      const { login } = offerBy(head);
      if (login !== undefined) access.gate.logout(login);
      const cookie = loginCookie({ secret: '', seconds: 0, isSecure: isSecure(caller, head) });
      return new Reply({ done: true as const }, { headers: { 'set-cookie': cookie } });
    },
  }),
  'POST /login/ticket': route({
    access: 'write',
    summary: 'A secret for one login within a minute, which may what the token in the request may and ends with it.',
    answer: z.object({ ticket: z.string(), lasts: z.number().describe('seconds') }),
    handle({ caller }) {
      if (caller.door === 'tcp' && !caller.pass) throw new OpsbroError('unauthorized', 'show a token first');
      return { ticket: access.gate.ticketFor(caller.door === 'tcp' ? caller.pass : undefined), lasts: 60 };
    },
  }),
});

function whoAsks(caller: Caller, head: Head, access: ApiParts['access']): WhoJson {
  if (caller.door === 'socket') return { name: null, scope: 'admin', by: 'socket' };
  const pass = access.gate.passOf(offerBy(head), caller.address);
  if (pass) return { name: pass.name, scope: pass.scope, by: pass.by };
  return { name: null, scope: scopeOf(caller, access.anonymousRead) ?? null, by: 'address' };
}

const addressOf = (caller: Caller): string => (caller.door === 'tcp' ? caller.address : 'the unix socket');

/** A proxy that ends TLS says so. Who says so without is only left without a cookie. */
const isSecure = (caller: Caller, head: Head): boolean =>
  (caller.door === 'tcp' && caller.isSecure === true) || head('x-forwarded-proto') === 'https';
