import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { messageOf, OpsbroError } from '../base/errors.ts';
import type { AgentConfig } from '../config/agent-schema.ts';
import type { ServerCertificate } from '../net/web-tls.ts';

/** A certificate and its key, as they stand in their files. */
export interface CertificateRead extends ServerCertificate {
  /** Epoch milliseconds. */
  readonly validTo: number;
  /** Others than who runs the agent may read the key. */
  readonly isKeyOpen: boolean;
}

type Files = Pick<AgentConfig['http'], 'tls_cert' | 'tls_key'>;

/** Reads the certificate of the doors for programs and people; `undefined` where none is wanted. Throws `invalid_config` with the key that is wrong. */
export async function readCertificate({
  tls_cert: certFile,
  tls_key: keyFile,
}: Files): Promise<CertificateRead | undefined> {
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile === undefined) throw wrong('tls_cert', 'is missing; tls_key is of no use without it');
  if (keyFile === undefined) throw wrong('tls_key', 'is missing; tls_cert is of no use without it');
  const cert = await textOf('tls_cert', certFile);
  const key = await textOf('tls_key', keyFile);
  const certificate = certificateIn(cert, certFile);
  if (!certificate.checkPrivateKey(keyIn(key, keyFile)))
    throw wrong('tls_key', `${keyFile} is not the key of the certificate in ${certFile}`);
  const { mode } = await stat(keyFile);
  return { cert, key, validTo: Date.parse(certificate.validTo), isKeyOpen: (mode & 0o044) !== 0 };
}

async function textOf(setting: keyof Files, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw wrong(setting, `cannot be read: ${messageOf(error)}`, error);
  }
}

function certificateIn(text: string, file: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (error) {
    throw wrong('tls_cert', `${file} holds no certificate in PEM form`, error);
  }
}

function keyIn(text: string, file: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (error) {
    const isLocked = text.includes('ENCRYPTED');
    const what = isLocked
      ? 'is protected by a passphrase; write the key without one'
      : 'holds no private key in PEM form';
    throw wrong('tls_key', `${file} ${what}`, error);
  }
}

const wrong = (setting: keyof Files, what: string, cause?: unknown): OpsbroError =>
  new OpsbroError('invalid_config', `http.${setting}: ${what}`, { cause });
