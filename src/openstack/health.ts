import type { TlsTrust } from '../net/host.ts';
import { beyond, type Probing } from './probing.ts';

const HEALTH_MS = 3_000;

/** Asks the health page of a service, which wants no token, and notes what it says: it can be reached, not that it works. */
export async function noteHealth(
  probing: Probing,
  service: string,
  at: { readonly url: string; readonly tls?: TlsTrust },
): Promise<void> {
  await beyond(probing, `${service}_healthcheck`, async () => {
    const { origin } = new URL(at.url);
    const statusOf = async (path: string): Promise<number> => {
      const headers = { accept: 'text/plain' };
      const call = { url: origin + path, headers, limitMs: HEALTH_MS, ...(at.tls && { tls: at.tls }) };
      return (await probing.web.call(call)).status;
    };
    const status = await statusOf('/healthcheck');
    const isWell = NO_SUCH_PAGE.has(status) ? (await statusOf('/')) < REFUSALS : status === 200;
    probing.report.set(`${service}_healthcheck_status`, isWell ? 1 : 0);
  });
}

/** What services without the page answer: it is unknown, or taken for a version of the API, or wants a token as all else does. */
const NO_SUCH_PAGE: ReadonlySet<number> = new Set([300, 401, 404]);
const REFUSALS = 400;
