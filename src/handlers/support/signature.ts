import { createHmac } from 'node:crypto';

/** The signature of a body sent at `timestamp` (epoch seconds): `sha256=` and the HMAC-SHA256 of timestamp, dot and body in hexadecimal. */
export const signatureOf = (secret: string, timestamp: number, body: string): string =>
  `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
