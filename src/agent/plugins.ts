import type { PluginPlace, PluginPlaces } from '../packs/code.ts';
import type { CodeKind } from '../packs/code-files.ts';
import type { FunctionPlugin } from '../plugins/function.ts';
import type { Check, Collector, Detector, Handler, HostingDriver, KeyDoc, Pollster } from '../plugins/kinds.ts';
import { keysOfMeters } from '../plugins/pollster-collector.ts';
import { Registry } from '../plugins/registry.ts';

const folder = (name: string) => new URL(`../${name}/`, import.meta.url);

/** Every plugin there is: what lies in the folders is the list. */
export async function loadPlugins() {
  const [collectors, detectors, checks, handlers, functions, hosting, pollsters] = await Promise.all([
    new Registry<Collector>('collector').addFrom(folder('collectors')),
    new Registry<Detector>('detector').addFrom(folder('detectors')),
    new Registry<Check>('check').addFrom(folder('checks')),
    new Registry<Handler>('handler').addFrom(folder('handlers')),
    new Registry<FunctionPlugin>('function').addFrom(folder('functions')),
    new Registry<HostingDriver>('hosting').addFrom(folder('hosting')),
    new Registry<Pollster>('pollster').addFrom(folder('pollsters')),
  ]);
  return { collectors, detectors, checks, handlers, functions, hosting, pollsters };
}

export type Plugins = Awaited<ReturnType<typeof loadPlugins>>;

/** The keys of what a collector sees, or a pollster, which is run as one. Throws `not_found`. */
export const keysIn = ({ collectors, pollsters }: Plugins, name: string): readonly KeyDoc[] =>
  collectors.has(name) || !pollsters.has(name) ? collectors.get(name).keys : keysOfMeters(pollsters.get(name).meters);

/** Where plugins go that packs bring. */
export const placesOf = (plugins: Plugins): PluginPlaces =>
  new Map(Object.values(plugins).map((registry): [CodeKind, PluginPlace] => [registry.kind, registry]));
