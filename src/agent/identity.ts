import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { OpsbroError } from '../base/errors.ts';
import { readSmallFile, writeSmallFile } from './small-file.ts';

/** Who this node is, for its whole life. */
export interface Identity {
  readonly id: string;
  readonly name: string;
  /** The id is given from outside, by the machine or the environment, and not kept here. */
  readonly isImposed?: boolean;
}

interface IdentityOptions {
  /** The data directory. */
  readonly data: string;
  readonly hostname: string;
  /** The configured name; empty: made from the host name. */
  readonly name: string;
  /** An id that is imposed; empty: kept or made. */
  readonly id: string;
  /** Takes a name for this process; `false` when another agent of this host goes by it. */
  readonly claim: (name: string) => Promise<boolean>;
}

interface Renewal {
  /** The data directory. */
  readonly data: string;
  readonly identity: Identity;
  /** The configuration wants the id to stay. */
  readonly isKept: boolean;
}

/** Of others, such as an OpsBro before us, ids may have any form. */
const WORD = /^[!-~]{1,255}$/;
const NAME = /^[A-Za-z0-9.-]{1,128}$/;

/**
 * The id is kept in `server.key` and counts while the host keeps its name, so that a copied disk becomes a node of its own; else it is
 * a new random UUID. A name that was made of the host name is kept likewise. Throws `invalid_config` for a name that cannot be used.
 */
export async function identify({ data, hostname, name, id, claim }: IdentityOptions): Promise<Identity> {
  const isSameHost = remembered(data, 'last_hostname') === hostname;
  const kept = isSameHost ? remembered(data, 'server.key') : undefined;
  const nodeId = id || kept || randomUUID();
  remember(data, 'server.key', nodeId);
  remember(data, 'last_hostname', hostname);
  const known = { id: nodeId, ...(id !== '' && { isImposed: true }) };
  if (name !== '') return { ...known, name: checkedName(name) };

  const before = isSameHost ? remembered(data, 'last_name') : undefined;
  const plain = checkedName(before ?? hostname.replaceAll('_', '-'));
  const chosen = (await claim(plain)) ? plain : `${plain}-${nodeId.slice(0, 4)}`;
  remember(data, 'last_name', chosen);
  return { ...known, name: chosen };
}

/** Who the node was at its last start; one that never started goes by its host, with an id for the moment. Nothing is kept. */
export function knownIdentity({ data, hostname, name }: Pick<IdentityOptions, 'data' | 'hostname' | 'name'>): Identity {
  const kept = name || remembered(data, 'last_name') || hostname.replaceAll('_', '-');
  return { id: remembered(data, 'server.key') ?? randomUUID(), name: checkedName(kept) };
}

/** Makes a new id of this node for its next start: an older node goes by the present one. Answers with what was done, for people. */
export function renewIdentity({ data, identity, isKept }: Renewal): string {
  const { id, isImposed } = identity;
  if (isKept) return 'keep_identity is set, so it stays, and what others know of the two nodes is mixed up';
  if (isImposed) return `it is imposed (${id}); give this node another in OPSBRO_NODE_ID`;
  remember(data, 'server.key', randomUUID());
  return 'this node takes a new one at its next start; restart the agent';
}

/** What a loss of power made of a file, zeros mostly, is as good as nothing. */
function remembered(data: string, file: string): string | undefined {
  const text = readSmallFile(join(data, file))?.trim() ?? '';
  return (file === 'last_name' ? NAME : WORD).test(text) ? text : undefined;
}

function remember(data: string, file: string, text: string): void {
  if (remembered(data, file) !== text) writeSmallFile(join(data, file), `${text}\n`);
}

function checkedName(name: string): string {
  if (NAME.test(name)) return name;
  throw new OpsbroError(
    'invalid_config',
    `"${name}" cannot be a node name: use 1 to 128 letters, digits, dots and dashes (key name in agent.yml)`,
  );
}
