import { expect, test } from 'vitest';
import sshd, { keyOf } from '../../src/collectors/sshd.ts';
import { fakeHost, never } from '../support/host.ts';
import { MODERN } from '../support/machines.ts';

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f';

test('gives each key without its type and comment, and the fingerprint that ssh-keygen prints', async () => {
  expect(await sshd.configure({})(fakeHost({ files: MODERN }), never)).toEqual({
    host_ed25519_key_pub: KEY,
    fingerprint_ed25519: 'SHA256:ZkAslGjFiUHdGf/WUL8rQvkib4PTvQatUV0OUQSncCA',
  });
});

test.each(['', 'ssh-ed25519', 'ssh-rsa AAAA', `ssh-rsa ${KEY}`])('of the line "%s" it gives nothing', (line) => {
  expect(keyOf('rsa', line)).toEqual({});
});

test('a machine without host keys is not eligible', async () => {
  await expect(sshd.configure({})(fakeHost(), never)).rejects.toThrow('this system has no host key in /etc/ssh');
});
