import { once } from 'node:events';
import type { TlsTrust } from './host.ts';
import { type Dial, unreachable } from './http-client.ts';
import { trustOptions } from './tls-trust.ts';

/** Connects over TLS, and trusts whom it is told to trust. Throws `unreachable`. */
export const dialTls =
  (trust: TlsTrust): Dial =>
  async (to, signal) => {
    // Loaded by the first who needs it.
    const { connect } = await import('node:tls');
    const socket = connect({ host: to.address, port: to.port, ...trustOptions(trust, to.address) });
    try {
      await once(socket, 'secureConnect', { signal });
      return socket.setNoDelay(true);
    } catch (error) {
      socket.on('error', () => {});
      socket.destroy();
      throw unreachable(to, error);
    }
  };
