import type { TlsTrust } from '../net/host.ts';
import { beyond, type Probing } from './probing.ts';

const HEALTH_MS = 3_000;
const NOT_FOUND = 404;

/** Asks the health page of a service, which wants no token, and notes what it says: it can be reached, not that it works. */
export async function noteHealth(
  probing: Probing,
  service: string,
  at: { readonly url: string; readonly tls?: TlsTrust },
): Promise<void> {
  await beyond(probing, `${service}_healthcheck`, async () => {
    const url = `${new URL(at.url).origin}/healthcheck`;
    const headers = { accept: 'text/plain' };
    const { status } = await probing.web.call({ url, headers, limitMs: HEALTH_MS, ...(at.tls && { tls: at.tls }) });
    // Services that do not have the page answer so, or want a token for whatever they do not know.
    if (status === NOT_FOUND || status === 401 || status === 300) return;
    probing.report.set(`${service}_healthcheck_status`, status === 200 ? 1 : 0);
  });
}
