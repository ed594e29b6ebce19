import { createSocket } from 'node:dgram';

/** Sends one datagram to a port of this machine; resolves when it is on its way. */
export async function sendUdp(port: number, packet: string): Promise<void> {
  const socket = createSocket('udp4');
  await new Promise((resolve) => socket.send(packet, port, '127.0.0.1', resolve));
  socket.close();
}
