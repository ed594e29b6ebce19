import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

interface Package {
  readonly version: string;
  readonly architecture: string;
  readonly description: string;
  /** It brings a Node of its own. */
  readonly hasNode: boolean;
  /** The tree that is packed. */
  readonly tree: string;
}

const DETAILS = [
  'One agent for each machine: it finds the others by gossip, notices what runs',
  'on its machine, collects and keeps numbers, runs checks and tells people,',
  'answers to names and keeps keys and values that all machines share.',
];

/** The description of the package for dpkg. */
export async function controlFile({ version, architecture, description, hasNode, tree }: Package): Promise<string> {
  const sizes = await Promise.all((await filesIn(tree)).map(async (file) => (await stat(join(tree, file))).size));
  const kibibytes = Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / 1_024);
  const depends = [...(hasNode ? ['libstdc++6'] : ['nodejs (>= 20.19)']), 'passwd'];
  const lines = [
    'Package: opsbro',
    // What comes before a release is older than it: 1.0.0~rc.1.
    `Version: ${version.replace('-', '~')}`,
    `Architecture: ${architecture}`,
    'Maintainer: opsbro developers <opsbro@localhost>',
    `Installed-Size: ${kibibytes}`,
    `Depends: ${depends.join(', ')}`,
    'Recommends: systemd | sysvinit-utils',
    'Section: admin',
    'Priority: optional',
    `Description: ${description}`,
    ...DETAILS.map((line) => ` ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** The files of the configuration, which an upgrade leaves as the administrator has them. */
export async function confFiles(tree: string): Promise<string> {
  const files = (await filesIn(tree)).filter((file) => file.startsWith('etc/'));
  return files.map((file) => `/${file}\n`).join('');
}

/** What `dpkg --verify` compares with. */
export async function md5Sums(tree: string): Promise<string> {
  const files = (await filesIn(tree)).filter((file) => !file.startsWith('etc/') && !file.startsWith('DEBIAN/'));
  const lines = files.map(async (file) => {
    const sum = createHash('md5')
      .update(await readFile(join(tree, file)))
      .digest('hex');
    return `${sum}  ${file}\n`;
  });
  return (await Promise.all(lines)).join('');
}

/** The plain files below a folder, sorted. */
async function filesIn(tree: string): Promise<readonly string[]> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(tree.length + 1)).sort();
}
