import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What was asked of the API: the method's name, and its arguments. */
interface Asked {
  readonly method: string;
  readonly token: string | undefined;
  readonly fields: URLSearchParams;
}

interface FakeSlack extends AsyncDisposable {
  readonly url: string;
  readonly asked: readonly Asked[];
}

/** An answer of the API: its body, or with `status` one of HTTP itself, such as 429 with `retryAfter` seconds. */
interface SlackAnswer {
  readonly [field: string]: unknown;
  readonly status?: number;
  readonly retryAfter?: number;
}

/** A Slack API on loopback. Each call is answered with the next of these answers for its method, or else with yes. */
export async function fakeSlack(answers: Readonly<Record<string, readonly SlackAnswer[]>> = {}): Promise<FakeSlack> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      const method = request.url?.split('/').at(-1) ?? '';
      const before = asked.filter((each) => each.method === method).length;
      asked.push({ method, token: request.headers.authorization, fields: new URLSearchParams(body) });
      response.setHeader('content-type', 'application/json');
      const { status = 200, retryAfter, ...said } = answers[method]?.[before] ?? { ok: true, ts: `${asked.length}.0` };
      if (retryAfter !== undefined) response.setHeader('retry-after', String(retryAfter));
      response.statusCode = status;
      response.end(JSON.stringify(said));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
