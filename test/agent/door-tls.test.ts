import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { DoorTls } from '../../src/agent/door-tls.ts';
import { Health } from '../../src/agent/health.ts';
import { silent } from '../../src/base/log.ts';
import { AgentConfig } from '../../src/config/agent-schema.ts';
import { type MadeCertificate, madeCertificate } from '../support/certificates.ts';
import { SimulatedClock } from '../support/clock.ts';
import { tempDirectory } from '../support/temp.ts';

const DAY_MS = 86_400_000;
let ours: MadeCertificate;
let other: MadeCertificate;

beforeAll(() => {
  ours = madeCertificate(60);
  other = madeCertificate(60);
});

function doors(files: { readonly cert?: string; readonly key?: string }) {
  const home = tempDirectory();
  onTestFinished(() => home[Symbol.dispose]());
  const place = { tls_cert: join(home.path, 'cert.pem'), tls_key: join(home.path, 'key.pem') };
  const write = ({ cert, key }: typeof files, mode = 0o600) => {
    if (cert !== undefined) writeFileSync(place.tls_cert, cert);
    if (key === undefined) return;
    writeFileSync(place.tls_key, key);
    chmodSync(place.tls_key, mode);
  };
  write(files);
  const clock = new SimulatedClock(Date.now());
  const health = new Health(clock);
  const open = (over: object = place) => {
    const tls = new DoorTls(AgentConfig.parse({ http: over }).http, { clock, log: silent, health });
    onTestFinished(() => tls[Symbol.dispose]());
    return tls;
  };
  const reasons = () => health.report().reasons.map(({ code, text }) => `${code}: ${text.replaceAll(home.path, '')}`);
  return { open, place, write, clock, reasons };
}

test('without settings the doors speak plain HTTP, with them TLS', async () => {
  expect(await doors({}).open({}).before()).toBeUndefined();
  const { open, reasons } = doors(ours);
  expect(await open().before()).toBeDefined();
  expect(reasons()).toEqual([]);
});

test.each([
  ['a key alone', {}, { tls_key: '/k' }, 'http.tls_cert: is missing; tls_key is of no use without it'],
  ['a certificate alone', {}, { tls_cert: '/c' }, 'http.tls_key: is missing; tls_cert is of no use without it'],
  ['a file that is not there', {}, undefined, 'http.tls_cert: cannot be read: ENOENT'],
  ['what is no certificate', { cert: 'x', key: 'x' }, undefined, 'cert.pem holds no certificate in PEM form'],
])('%s is told with the setting that is wrong', async (_, files, settings, text) => {
  await expect(doors(files).open(settings).before()).rejects.toThrow(text);
});

test('a key of another certificate, and what is no key, are told', async () => {
  await expect(doors({ cert: ours.cert, key: other.key }).open().before()).rejects.toThrow(
    /^http\.tls_key: .*key\.pem is not the key of the certificate in .*cert\.pem$/,
  );
  await expect(doors({ cert: ours.cert, key: 'x' }).open().before()).rejects.toThrow(
    'holds no private key in PEM form',
  );
});

test('a reload takes a renewed certificate; one that is of no use leaves the one before, and is told', async () => {
  const { open, write, reasons } = doors(ours);
  const tls = open();
  const web = await tls.before();

  write({ cert: other.cert });
  await tls.renew();
  expect(reasons()).toEqual([
    expect.stringMatching(/^certificate: the certificate as it was goes on: .* is not the key/),
  ]);
  write({ key: other.key });
  await tls.renew();
  expect([reasons(), await tls.before()]).toEqual([[], web]);
});

test('a key that others may read is told, and so is a certificate that ends soon or has ended', async () => {
  const { open, write, clock, reasons } = doors({});
  write(ours, 0o644);
  await open().before();
  expect(reasons()).toEqual(['key_open: /key.pem can be read by others; run chmod 600 on it']);

  clock.jumpWall(50 * DAY_MS);
  clock.run(3_600_000);
  expect(reasons()[1]).toMatch(/^expiry: the certificate ends on \d{4}-\d\d-\d\d; renew it and reload$/);
  clock.jumpWall(20 * DAY_MS);
  clock.run(3_600_000);
  expect(reasons()[1]).toMatch(/^expiry: the certificate has ended on /);
});
