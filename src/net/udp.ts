import { createSocket, type Socket, type SocketOptions } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { type Endpoint, type ListenPlace, mappedAddress, plainAddress } from './address.ts';

/** A bound UDP socket. What cannot be sent is lost, as datagrams may be. */
export interface UdpSocket extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
  /** Bytes that the kernel holds for it at most, as it counts them: each datagram takes more than its own. */
  readonly receiveBuffer: number;
  /** Whether datagrams to that address can leave by this socket at all. */
  reaches(address: string): boolean;
  /** Sends one datagram; `failed` is told when the system refuses it. */
  send(bytes: Uint8Array, to: Endpoint, failed?: (error: Error) => void): void;
  /** The listener of every datagram that arrives; a second call replaces it. */
  onMessage(listen: (bytes: Uint8Array, from: Endpoint) => void): void;
}

/** Asked of the kernel, which may give less: a burst of the whole pool waits there while this process is busy. */
const RECEIVE_BUFFER = 2 * 1024 * 1024;

/** Whether other sockets may be bound to the same place, as it is useful for addresses that reach everybody. */
type Sharing = 'alone' | 'shared';

/**
 * Binds a UDP socket; port 0 takes a free one. `buffers` are bytes that the kernel is asked to hold for it each way. Fails with the
 * system's error, such as `EADDRINUSE`.
 */
export async function bindUdp(
  { address, port, ipv6Only = false }: ListenPlace,
  sharing: Sharing = 'alone',
  buffers?: number,
): Promise<UdpSocket> {
  const isV6 = isIPv6(address);
  const isShared = sharing === 'shared';
  const socket = createSocket({
    type: isV6 ? 'udp6' : 'udp4',
    reuseAddr: isShared,
    ipv6Only,
    lookup: isV6 ? asItIs6 : asItIs4,
    recvBufferSize: buffers ?? RECEIVE_BUFFER,
    ...(buffers !== undefined && { sendBufferSize: buffers }),
  });
  const listening = once(socket, 'listening');
  socket.bind({ address, port, exclusive: true });
  await listening;
  socket.setBroadcast(true);
  // A socket error after binding concerns one datagram; the next may well go through.
  socket.on('error', () => {});
  const bound = socket.address();
  return {
    address: plainAddress(bound.address),
    port: bound.port,
    receiveBuffer: socket.getRecvBufferSize(),
    reaches: (target) => (isV6 ? (bound.address === '::' && !ipv6Only) || isIPv6(target) : !isIPv6(target)),
    send(bytes, to, failed) {
      const target = isV6 ? mappedAddress(to.address) : to.address;
      try {
        // Without a callback the system does not report each datagram, and without offsets no view of the bytes is made: both are cheaper.
        if (failed) socket.send(bytes, to.port, target, (error) => error && failed(error));
        else socket.send(bytes, to.port, target);
      } catch (error) {
        // Node throws at once when the port is 0 or the socket is closed.
        failed?.(error instanceof Error ? error : new Error(String(error)));
      }
    },
    onMessage(listen) {
      socket.removeAllListeners('message');
      if (isV6)
        socket.on('message', (bytes, { address, port }) => listen(bytes, { address: plainAddress(address), port }));
      else socket.on('message', (bytes, { address, port }) => listen(bytes, { address, port }));
    },
    [Symbol.asyncDispose]: () => close(socket),
  };
}

type Lookup = NonNullable<SocketOptions['lookup']>;

/** Addresses here are numbers already: asking for their name would only cost a turn of the event loop each. */
const asItIs4: Lookup = (address, _options, answer) => answer(null, address, 4);
const asItIs6: Lookup = (address, _options, answer) => answer(null, address, 6);

const close = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    try {
      socket.close(() => resolve());
    } catch {
      resolve();
    }
  });
