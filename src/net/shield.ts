import { OpsbroError } from '../base/errors.ts';
import { ipBytes, ipText } from '../base/ip.ts';
import { Networks } from '../base/networks.ts';

/** Where clouds answer a machine that asks for its secrets: the addresses of the link, and those that are elsewhere. */
const SHIELDED = new Networks([
  '169.254.0.0/16',
  'fe80::/10',
  'fd00:ec2::254/128',
  '100.100.100.200/32',
  '168.63.129.16/32',
]);

/** Throws `forbidden` for an address of the link, and for one under which a cloud answers its machines. */
export function refuseShielded(address: string): void {
  // One address has many forms, of which a dotted one within IPv6 may be written in hexadecimal digits.
  const bytes = ipBytes(address.replace(/%.*$/, ''));
  const plain = (bytes && ipText(bytes)) ?? address;
  if (!SHIELDED.has(plain)) return;
  throw new OpsbroError('forbidden', `${plain} is refused: it is an address of the link or of a cloud's metadata`);
}
