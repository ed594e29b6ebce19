/** A mounted file system. */
export interface Mount {
  /** `major:minor` of the device; the same for every mount of one file system. */
  readonly deviceId: string;
  /** The directory of the file system that is seen at the mount point; not `/` for a bind mount. */
  readonly root: string;
  readonly mountPoint: string;
  readonly type: string;
  /** Such as `/dev/sda1` or `server:/export`. */
  readonly source: string;
  readonly isReadOnly: boolean;
}

/**
 * The mounts of a text in the form of `/proc/self/mountinfo`, in the order they were made. Of several on one mount point only the last
 * is there, as the others are hidden by it. Lines that are no mounts are passed over.
 */
export function parseMounts(mountinfo: string): Mount[] {
  const byPoint = new Map<string, Mount>();
  for (const line of mountinfo.split('\n')) {
    const mount = parseMount(line);
    if (!mount) continue;
    byPoint.delete(mount.mountPoint);
    byPoint.set(mount.mountPoint, mount);
  }
  return [...byPoint.values()];
}

function parseMount(line: string): Mount | undefined {
  const fields = line.split(' ');
  // Optional fields of any number stand before the dash.
  const dash = fields.indexOf('-', 6);
  const [, , deviceId, root, mountPoint, options] = fields;
  const [type, source, superOptions = ''] = fields.slice(dash + 1);
  if (dash === -1 || !deviceId || !root || !mountPoint || !options || !type || !source) return undefined;
  return {
    deviceId,
    root: unescaped(root),
    mountPoint: unescaped(mountPoint),
    type,
    source: unescaped(source),
    isReadOnly: `${options},${superOptions}`.split(',').includes('ro'),
  };
}

/** The kernel writes blanks, tabs, line ends and backslashes as three octal digits. */
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
