import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Record<string, Locked>;
};
const packages = Object.entries(lock.packages);

/** Licences that ask nothing but to be named. */
const FREE = new Set(['MIT', 'ISC', 'MIT-0', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD']);

test('every optional package of a locked package is locked too, so that npm ci works on every platform', () => {
  const missing = packages.flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => {
      const places = [`${path}/node_modules/${name}`, `node_modules/${name}`];
      return !places.some((place) => place in lock.packages);
    }),
  );
  expect(missing).toEqual([]);
});

test('what ships with the agent has a licence that asks nothing but to be named', () => {
  const others = packages.filter(([path, { dev, license = '' }]) => path !== '' && !dev && !FREE.has(license));
  expect(others.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
});
