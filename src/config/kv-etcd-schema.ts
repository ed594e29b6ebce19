import { z } from 'zod';
import * as field from './fields.ts';
import { section } from './section.ts';

const isAddress = (written: string): boolean => /^https?:\/\/[^\s/?#@]+\/?$/.test(written) && URL.canParse(written);

const endpoints = () => {
  const expected = 'a list of addresses such as http://127.0.0.1:2379';
  return field
    .words(expected, /^https?:\/\//)
    .refine((written) => written.length > 0 && written.every(isAddress), { error: () => '' })
    .meta({ expected });
};

/** How an etcd cluster is reached, where `kv.engine` is `etcd`. */
export const kvEtcd = section({
  endpoints: endpoints()
    .prefault(['http://127.0.0.1:2379'])
    .describe('Members of the cluster; when one does not answer, the next is asked.'),
  prefix: z
    .string()
    .max(200)
    .optional()
    .meta({ expected: 'a text' })
    .describe('What all its keys begin with; opsbro/ZONE/ when left out.'),
  username: field.text().prefault('').describe('Who logs in; nobody when it is empty.'),
  password: field.text().prefault('').describe('The password of the login.'),
  ca: field.path().optional().describe('File with the certificates of the authorities that are trusted.'),
  cert: field.path().optional().describe('File with the certificate that this agent shows.'),
  key: field.path().optional().describe('File with the private key of that certificate.'),
  timeout: field.duration(1).prefault('5s').describe('How long the cluster may take to answer.'),
}).describe('How the cluster is reached; see docs/kv.md.');
