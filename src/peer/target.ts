import { OpsbroError } from '../base/errors.ts';

/** Where everything of this version is. */
export const PREFIX = '/peer/v1';

/** The protocol to which a connection is upgraded for a stream of frames. */
export const FRAMES = 'opsbro-frames';

/** The versions of the protocol that this agent speaks. */
export const VERSIONS: readonly string[] = ['v1'];

const TARGET = /^\/peer\/(v\d{1,3})\/[\x21-\x7e]*$/;
const LONGEST = 4_096;
const STREAM = /^\/peer\/v1\/([a-z][a-z0-9-]{0,31})\/stream$/;
const PART = /^[a-z][a-z0-9-]{0,31}$/;

/**
 * Throws `bad_request` on a target that others could read as another one, since what is signed must be what is routed, and `unknown_route`
 * on one of another version.
 */
export function checkTarget(target: string): void {
  if (target.length > LONGEST) throw new OpsbroError('uri_too_long', `the target is longer than ${LONGEST} characters`);
  const [path = ''] = target.split('?', 1);
  const [, version] = TARGET.exec(target) ?? [];
  if (version === undefined || !VERSIONS.includes(version)) {
    const text = `peers are answered at ${PREFIX}/PART/..., not at ${path.slice(0, 100)}`;
    throw new OpsbroError('unknown_route', text, { details: { versions: VERSIONS } });
  }
  const isNormal = URL.canParse(`http://peer${path}`) && new URL(`http://peer${path}`).pathname === path;
  if (!isNormal || target.includes('#')) throw new OpsbroError('bad_request', 'the path is not in its normal form');
}

/** The part whose streams are opened at this target. */
export const streamPart = (target: string): string | undefined => STREAM.exec(target)?.[1];

/** Where streams of a part are opened. */
export const streamPath = (part: string): string => `${PREFIX}/${part}/stream`;

/** Throws when a part cannot be named so: lower-case letters, digits and dashes. */
export function checkPart(part: string): void {
  if (!PART.test(part)) throw new TypeError(`"${part}" cannot be the name of a part`);
}
