import { z } from 'zod';
import { OpsbroError } from '../../base/errors.ts';
import type { Host } from '../../net/host.ts';

/** Where engines listen: that of Docker, then that of Podman. */
const SOCKETS = ['/var/run/docker.sock', '/run/podman/podman.sock'];

const LIMIT_MS = 4_000;
const MAX_BYTES = 8_388_608;

/** An engine of containers on this machine, asked over its unix socket. */
export interface Engine {
  /** What it answers to a path such as `/version`. Fails with the system's code, or `unreachable` for anything but an answer in JSON. */
  ask(path: string, signal: AbortSignal): Promise<unknown>;
  /** As `ask`, for an answer that is a JSON text a line. */
  lines(path: string, signal: AbortSignal): Promise<readonly unknown[]>;
}

/** The engine at a socket; without one, at the first of the usual places that there is. */
export async function engineAt(host: Host, socket: string): Promise<Engine> {
  const socketPath = socket === '' ? await usualSocket(host) : socket;
  const text = async (path: string, signal: AbortSignal): Promise<string> => {
    const request = { url: `http://docker${path}`, socketPath, timeoutMs: LIMIT_MS, maxBytes: MAX_BYTES };
    const { status, body } = await host.fetch(request, signal);
    const answer = Buffer.from(body).toString('utf8');
    if (status === 200) return answer;
    throw new OpsbroError(
      status === 404 ? 'not_found' : 'unreachable',
      `the engine answers ${status}${reasonIn(answer)}`,
    );
  };
  return {
    ask: async (path, signal) => parsed(await text(path, signal), path),
    async lines(path, signal) {
      const lines = (await text(path, signal)).split('\n').filter((line) => line.trim() !== '');
      return lines.map((line) => parsed(line, path));
    },
  };
}

async function usualSocket(host: Host): Promise<string> {
  for (const place of SOCKETS) if (await host.exists(place)) return place;
  return SOCKETS[0] ?? '';
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new OpsbroError('unreachable', `the engine answers no JSON to ${path.split('?')[0]}`, { cause: error });
  }
}

const Refusal = z.object({ message: z.string() });

/** What the engine says of why not, on one line. */
function reasonIn(answer: string): string {
  try {
    const said = Refusal.safeParse(JSON.parse(answer));
    return said.success ? `: ${said.data.message.split('\n')[0]?.slice(0, 200)}` : '';
  } catch {
    return '';
  }
}
