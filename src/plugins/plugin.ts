import type { z } from 'zod';
import { OpsbroError } from '../base/errors.ts';

/** A plugin is a name, the options it takes, and a function from checked options to the thing at work. */
export interface Plugin<Kind extends string = string, Ready = unknown> {
  readonly kind: Kind;
  readonly name: string;
  /** One sentence. */
  readonly description: string;
  /** Tells versions of the code of a pack apart; what is built in has none. */
  readonly revision?: string;
  /** One schema checks the options, types them and documents them. */
  readonly options: z.ZodType;
  /** Takes options as they were written; refuses wrong ones with `invalid_config`, naming plugin, option and fault. */
  configure(options: unknown): Ready;
}

interface Spec<Options extends z.ZodType, Ready> {
  readonly name: string;
  readonly description: string;
  readonly options: Options;
  configure(options: z.output<Options>): Ready;
}

/**
 * Makes the `define` function of one kind of plugin. What type its options have stays inside each plugin; what a kind says of itself
 * beside the common part (an interval, a precedence) is `Extra`.
 */
export function definer<Kind extends string, Ready, Extra = unknown>(kind: Kind) {
  return <Options extends z.ZodType>(spec: Spec<Options, Ready> & Extra): Plugin<Kind, Ready> & Extra => ({
    ...spec,
    kind,
    configure(options) {
      const checked = spec.options.safeParse(options);
      if (!checked.success) throw new OpsbroError('invalid_config', faultsOf(`${kind} ${spec.name}`, checked.error));
      return spec.configure(checked.data);
    },
  });
}

function faultsOf(owner: string, { issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${[owner, ...path].join('.')}: ${message}`).join('; ');
}

/** Changes when the code of a pack among these plugins does; empty when all of them are built in. */
export function revisionsOf(plugins: Iterable<Plugin>): string {
  return Array.from(plugins, ({ name, revision }) => (revision === undefined ? '' : `${name} ${revision};`)).join('');
}
