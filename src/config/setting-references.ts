import type { Problem, YamlMap } from '../model/pack.ts';
import { AgentConfig } from './agent-schema.ts';
import { placeOf } from './origin.ts';
import { resolveReferences } from './references.ts';

/** The settings with the values that are referred to, and what was wrong with those. */
export interface ReferredSettings {
  readonly config: AgentConfig;
  /** As it is written, to be shown: with the references themselves. */
  readonly shown: AgentConfig;
  readonly problems: readonly Problem[];
}

/**
 * Puts values in the place of `${env:NAME}` and `${file:/path}` of settings. What cannot be had is empty, and what does not fit leaves all as it
 * is written; free variables stay as they are. Without an environment nothing is looked up.
 */
export async function referredSettings(
  written: YamlMap,
  origins: ReadonlyMap<string, string>,
  env: Readonly<Record<string, string | undefined>> | undefined,
): Promise<ReferredSettings> {
  const shown = AgentConfig.parse(written);
  if (env === undefined || !JSON.stringify(written).includes('${')) return { config: shown, shown, problems: [] };
  const { variables = null, ...settings } = written;
  const { values, faults } = await resolveReferences(settings, env);
  const problems = faults.map(({ level, at, message }): Problem => {
    return { level, ...placeOf(origins, prefixesOf(at), 'agent.yml'), key: at.join('.'), message };
  });
  const read = AgentConfig.safeParse(variables === null ? values : { ...values, variables });
  if (read.success) return { config: read.data, shown, problems };
  const unfit = read.error.issues.map(({ path }): Problem => {
    const at = path.map(String);
    const message = 'the value that is referred to does not fit';
    return { level: 'error', ...placeOf(origins, prefixesOf(at), 'agent.yml'), key: at.join('.'), message };
  });
  return { config: shown, shown, problems: [...problems, ...unfit] };
}

/** A key with dots, and those above it, the longest first. */
const prefixesOf = (at: readonly string[]): string[] => at.map((_, index) => at.slice(0, at.length - index).join('.'));
