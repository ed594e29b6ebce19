import { readFile } from 'node:fs/promises';
import { systemCode } from '../base/errors.ts';

/** A file of the page, as it is stored and as it is to be sent. */
export interface Asset {
  readonly bytes: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** The built web page. */
export interface Page {
  /** The one HTML file; `undefined` when the page was not built. */
  shell(): Promise<Uint8Array | undefined>;
  /** A file of the page in the smallest form that `acceptEncoding` takes; `undefined` when there is none. */
  asset(name: string, acceptEncoding: string): Promise<Asset | undefined>;
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['js', 'text/javascript; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
  ['svg', 'image/svg+xml'],
]);
/** `NAME.HASH.js`: no folders, no hidden files, nothing that leads elsewhere. */
const ASSET_NAME = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.(js|css|svg)$/;
const ENCODINGS = [
  { name: 'br', ending: '.br' },
  { name: 'gzip', ending: '.gz' },
] as const;

/** The page in a folder: `index.html` and `assets/`, each asset beside its compressed forms. */
export function pageIn(folder: URL): Page {
  return {
    shell: () => readIfThere(new URL('index.html', folder)),
    asset: (name, acceptEncoding) => assetIn(new URL('assets/', folder), name, acceptEncoding),
  };
}

async function assetIn(folder: URL, name: string, acceptEncoding: string): Promise<Asset | undefined> {
  const [, ending = ''] = ASSET_NAME.exec(name) ?? [];
  const type = TYPES.get(ending);
  if (type === undefined) return undefined;
  const headers = {
    'content-type': type,
    'cache-control': 'public, max-age=31536000, immutable',
    vary: 'accept-encoding',
  };
  for (const encoding of ENCODINGS) {
    if (!acceptEncoding.includes(encoding.name)) continue;
    const bytes = await readIfThere(new URL(name + encoding.ending, folder));
    if (bytes) return { bytes, headers: { ...headers, 'content-encoding': encoding.name } };
  }
  const bytes = await readIfThere(new URL(name, folder));
  return bytes && { bytes, headers };
}

async function readIfThere(file: URL): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
