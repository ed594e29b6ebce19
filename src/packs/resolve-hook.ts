import * as nodeModule from 'node:module';

/** What the code of packs writes to get at the contract. */
const SPECIFIER = 'opsbro/plugins';

type Resolve = (specifier: string, context: unknown, next: (specifier: string, context: unknown) => unknown) => unknown;
/** There since Node 22.15; it needs no thread of its own. */
type RegisterHooks = (hooks: { readonly resolve: Resolve }) => void;

let target = '';

/** Lets everything that is imported from now on find the contract of plugins at `url`. Done once, and only when a pack has code. */
export function offerPluginContract(url: string): void {
  if (target !== '') return;
  target = url;
  const { registerHooks } = nodeModule as { readonly registerHooks?: RegisterHooks };
  if (registerHooks) {
    registerHooks({
      resolve: (specifier, context, next) =>
        specifier === SPECIFIER ? { url, shortCircuit: true } : next(specifier, context),
    });
    return;
  }
  const hook = `export const resolve = (specifier, context, next) =>
    specifier === ${JSON.stringify(SPECIFIER)} ? { url: ${JSON.stringify(url)}, shortCircuit: true } : next(specifier, context);`;
  nodeModule.register(`data:text/javascript,${encodeURIComponent(hook)}`);
}
