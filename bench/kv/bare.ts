/** A bare server of one route, to compare with; it prints its port. */

import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';

const VALUE = Buffer.alloc(128, 'v');
const app = new Hono();
app.get('/kv/:key{.+}', () => new Response(VALUE, { headers: { 'content-type': 'application/octet-stream' } }));
const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});
