import { readFileSync } from 'node:fs';
import { ipBytes } from '../base/ip.ts';
import type { Endpoint } from './address.ts';

const TABLES = { 4: '/proc/net/udp', 16: '/proc/net/udp6' } as const;

/** How many datagrams the kernel threw away because these sockets were full; 0 where the system does not tell. */
export function kernelDrops(sockets: readonly Endpoint[]): number {
  let drops = 0;
  for (const { address, port } of sockets) {
    const bytes = ipBytes(address);
    if (bytes) drops += dropsOf(TABLES[bytes.length === 4 ? 4 : 16], `${hexOf(bytes)}:${hex(port, 4)}`);
  }
  return drops;
}

/** The table names the local address in its second column and the drops in its last. */
function dropsOf(table: string, local: string): number {
  let drops = 0;
  for (const line of linesOf(table)) {
    const columns = line.trim().split(/\s+/);
    if (columns[1] === local) drops += Number(columns.at(-1)) || 0;
  }
  return drops;
}

function linesOf(table: string): readonly string[] {
  try {
    return readFileSync(table, 'latin1').split('\n');
  } catch {
    return [];
  }
}

/** An address as the tables have it: words of 4 bytes in the order of the processor, which is little-endian wherever Node.js runs but on s390x. */
export function hexOf(bytes: Uint8Array): string {
  let text = '';
  for (let word = 0; word < bytes.length; word += 4) {
    for (let at = word + 3; at >= word; at--) text += hex(bytes[at] ?? 0, 2);
  }
  return text;
}

const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');
