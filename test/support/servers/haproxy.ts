import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Server, startServer } from './server.ts';

/**
 * A real HAProxy: statistics at `/stats` of its port and at `admin.sock`; a backend `mixed` with a server that is up, one that is down and one
 * in maintenance, and a backend `gone` that no server is left for.
 */
export const startHaproxy = (program: string): Promise<Server> =>
  startServer(({ folder, port }) => {
    const file = join(folder, 'haproxy.cfg');
    writeFileSync(
      file,
      `global
  stats socket ${folder}/admin.sock mode 600 level user
  maxconn 100
defaults
  mode http
  timeout connect 1s
  timeout client 5s
  timeout server 5s
frontend stats
  bind 127.0.0.1:${port}
  stats enable
  stats uri /stats
  use_backend mixed if { path_beg /mixed }
backend mixed
  option httpchk GET /stats
  server up1 127.0.0.1:${port} check inter 200
  server down1 127.0.0.1:1 check inter 200 fall 1
  server resting1 127.0.0.1:1 check disabled
backend gone
  server down2 127.0.0.1:1 check inter 200 fall 1
`,
    );
    return {
      argv: [program, '-db', '-f', file],
      // The second server is found to be down after the first check.
      answers: () => pageContains(`http://127.0.0.1:${port}/stats;csv`, /^gone,BACKEND,.*,DOWN,/m),
    };
  });

async function pageContains(url: string, pattern: RegExp): Promise<boolean> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  return pattern.test(await answer.text());
}
