import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';
import { isInstalled } from './support/packages.ts';

export default defineFunction({
  name: 'has_package',
  description: 'Whether a package is installed, by the records of dpkg, apk or rpm.',
  group: 'package',
  reach: 'host',

  options: z.object({
    package: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9+._-]*$/)
      .describe('Name of the package.'),
  }),

  configure:
    ({ package: name }) =>
    ({ host, signal }) =>
      isInstalled(host, name, signal),
});
