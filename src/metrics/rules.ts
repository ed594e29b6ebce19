import { messageOf, OpsbroError } from '../base/errors.ts';
import { parseRetentions } from '../config/retentions.ts';
import type { AggregationRule, SchemaRule } from '../config/series-rules.ts';
import type { Archive, Layout, SeriesOrigin } from '../model/series.ts';

interface Matched<Rule> {
  readonly rule: Rule;
  matches(name: string): boolean;
}

const shipped = <Rule>(pattern: RegExp, rule: Rule): Matched<Rule> => ({ rule, matches: (name) => pattern.test(name) });

type Keeping = Pick<SchemaRule, 'archives'>;
type Merging = Omit<Layout, 'archives'>;

const SHIPPED_SCHEMAS: readonly Matched<Keeping>[] = [
  shipped(/^carbon\./, { archives: parseRetentions('1m:90d') }),
  shipped(/^/, { archives: parseRetentions('10s:6h,1m:7d,5m:30d,1h:1y') }),
];

const SHIPPED_AGGREGATION: readonly Matched<Merging>[] = [
  shipped(/\.lower(?:_\w+)?$|\.min$/, { xFilesFactor: 0.1, method: 'min' }),
  shipped(/\.upper(?:_\w+)?$|\.max$/, { xFilesFactor: 0.1, method: 'max' }),
  // A rate, although its name begins like a sum.
  shipped(/\.count_ps$/, { xFilesFactor: 0.3, method: 'average' }),
  shipped(/\.sum(?:_\w+)?$|\.count(?:_\w+)?$|^stats_counts\./, { xFilesFactor: 0, method: 'sum' }),
];
const NOWHERE: Keeping = { archives: [] };
const USUAL: Merging = { xFilesFactor: 0.3, method: 'average' };

/** What people wrote of how series are kept. */
export interface WrittenRules {
  readonly schemas: readonly SchemaRule[];
  readonly aggregation: readonly AggregationRule[];
}

/** Knows how each series is kept: by the first rule that fits, written ones before those that are shipped. */
export class Rules {
  readonly #schemas: readonly Matched<Keeping>[];
  readonly #aggregation: readonly Matched<AggregationRule>[];
  /** Series of the same layout share it. */
  readonly #layouts = new Map<readonly Archive[], Map<string, Layout>>();

  private constructor(schemas: readonly Matched<SchemaRule>[], aggregation: readonly Matched<AggregationRule>[]) {
    this.#schemas = [...schemas, ...SHIPPED_SCHEMAS];
    this.#aggregation = aggregation;
  }

  /** Throws `invalid_config` for a pattern that is no regular expression of RE2. */
  static async make(written: WrittenRules = { schemas: [], aggregation: [] }): Promise<Rules> {
    return new Rules(await matchedBy(written.schemas), await matchedBy(written.aggregation));
  }

  /**
   * How the series of that name is kept. What the agent writes itself may come once in many slots and still be seen in coarse ones,
   * unless somebody wrote a rule for it.
   */
  layoutOf(name: string, origin: SeriesOrigin): Layout {
    const { archives } = firstFor(this.#schemas, name) ?? NOWHERE;
    const written = firstFor(this.#aggregation, name);
    const usual = firstFor(SHIPPED_AGGREGATION, name) ?? USUAL;
    const method = written?.method ?? usual.method;
    const xFilesFactor = written?.xFilesFactor ?? (origin === 'own' && !written ? 0 : usual.xFilesFactor);
    const alike = this.#layouts.get(archives) ?? new Map<string, Layout>();
    const merging = `${method} ${xFilesFactor}`;
    const layout = alike.get(merging) ?? { archives, method, xFilesFactor };
    this.#layouts.set(archives, alike.set(merging, layout));
    return layout;
  }
}

const firstFor = <Rule>(rules: readonly Matched<Rule>[], name: string): Rule | undefined =>
  rules.find(({ matches }) => matches(name))?.rule;

async function matchedBy<Rule extends { readonly pattern: string }>(
  rules: readonly Rule[],
): Promise<readonly Matched<Rule>[]> {
  if (rules.length === 0) return [];
  // Names come from the network, so no pattern may take longer than their length.
  const { RE2JS } = await import('re2js');
  return rules.map((rule) => {
    try {
      const compiled = RE2JS.compile(rule.pattern);
      return { rule, matches: (name) => compiled.matcher(name).find() };
    } catch (error) {
      throw new OpsbroError('invalid_config', `store: the pattern "${rule.pattern}" is wrong: ${messageOf(error)}`, {
        cause: error,
      });
    }
  });
}
