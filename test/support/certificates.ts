import { execFileSync } from 'node:child_process';
import { chownSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDirectory } from './temp.ts';

/** A certificate and its key (PEM), or the files with them; the certificate is its own authority. */
export interface MadeCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Writes a certificate into a folder, as `cert.pem` and `key.pem`, for a server that runs as this user; that of this process when left out. */
export function certificateFiles(
  folder: string,
  { cert, key }: MadeCertificate,
  owner?: { readonly uid: number; readonly gid: number },
): MadeCertificate {
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  writeFileSync(files.cert, cert);
  writeFileSync(files.key, key, { mode: 0o600 });
  if (owner) for (const file of Object.values(files)) chownSync(file, owner.uid, owner.gid);
  return files;
}

/** Makes a certificate for `localhost` and 127.0.0.1 that lasts so many days. */
export function madeCertificate(days = 60): MadeCertificate {
  using folder = tempDirectory();
  const [cert, key] = [join(folder.path, 'cert.pem'), join(folder.path, 'key.pem')];
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-keyout', key, '-out', cert];
  const args = ['req', '-x509', ...curve, '-subj', '/CN=localhost', '-addext', names, '-days', String(days), ...files];
  execFileSync('openssl', args, { stdio: 'ignore' });
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}
