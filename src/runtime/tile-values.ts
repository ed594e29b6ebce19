import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { CheckRecord } from '../model/check.ts';
import type { ChartTile, ChecksTile, MembersTile, ShareTile, TableTile, TextTile, Tile } from '../model/dashboard.ts';
import type { Evaluated, Purpose } from '../model/expression.ts';
import type { Member } from '../model/member.ts';
import type { Yaml, YamlMap } from '../model/pack.ts';
import type { TextStyle } from '../plugins/function.ts';
import { type KeptNumbers, numberOf, pastOf, type Wanted } from './chart-past.ts';
import type { Evaluator } from './evaluator.ts';
import { NO_OBJECT, type ObjectData } from './object-data.ts';
import { shareOf } from './tile-share.ts';

interface TileOptions {
  readonly evaluator: Evaluator;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly style: TextStyle;
  readonly charts: Wanted;
  readonly parameters: YamlMap;
  readonly kept?: KeptNumbers | undefined;
  checks(): readonly CheckRecord[];
  members(): ReadonlyMap<string, Member>;
}

/** What every tile has that shows something itself. */
interface Head {
  readonly title: string;
  readonly size?: number;
}

/** What a tile shows of a measured value. */
interface MeasuredPart {
  readonly value: number | null;
  readonly missing?: string;
  readonly error?: string;
}

/** Works out what the tiles of a dashboard show now. */
export class TileValues {
  readonly #options: TileOptions;
  readonly #data: ObjectData;

  constructor(options: TileOptions) {
    this.#options = options;
    this.#data = { ...NO_OBJECT, parameters: options.parameters };
  }

  /** A tile as it is written, with its values and those of the tiles in it. */
  async tile(written: Yaml | undefined): Promise<Tile> {
    const only: Yaml | undefined = isList(written) ? written[0] : written;
    const [[kind, fields] = ['', undefined]] = isMap(only) ? Object.entries(only) : [];
    switch (kind) {
      case 'horizontal_split':
      case 'vertical_split': {
        const tiles = isList(fields) ? fields : [];
        return { kind, tiles: await Promise.all(tiles.map((each) => this.tile(each))) };
      }
      case 'text':
        return await this.#text(mapOf(fields));
      case 'horizontal_gauge':
      case 'donut':
        return await this.#share(kind, mapOf(fields));
      case 'horizontal_chart':
        return await this.#chart(mapOf(fields));
      case 'table':
        return await this.#table(mapOf(fields));
      case 'checks':
        return this.#checks(mapOf(fields));
      case 'members':
        return this.#members(mapOf(fields));
      default:
        return { kind: 'text', title: kind, value: '', error: `there is no tile "${kind}"` };
    }
  }

  async #text(fields: YamlMap): Promise<TextTile> {
    const outcome = await this.#evaluate(fields['value'], 'text');
    const tile = { kind: 'text' as const, ...headOf(fields) };
    return outcome.type === 'value'
      ? { ...tile, value: outcome.text }
      : { ...tile, value: '', ...(outcome.type === 'error' && { error: outcome.message }) };
  }

  async #share(kind: ShareTile['kind'], fields: YamlMap): Promise<ShareTile> {
    const scale = scaleOf(fields);
    const measured = await this.#measure(fields['value']);
    const drawn = measured.value === null ? { share: null } : shareOf(measured.value, scale);
    return { kind, ...headOf(fields), ...scale, ...measured, ...drawn };
  }

  async #chart(fields: YamlMap): Promise<ChartTile> {
    const { charts } = this.#options;
    const measured = await this.#measure(fields['value']);
    const tile = { kind: 'horizontal_chart' as const, ...headOf(fields), ...scaleOf(fields), ...measured };
    try {
      const past = await this.#past(textOf(fields['value']));
      // The present is known better than what was kept of it.
      const points = past ? [...past.slice(0, -1), measured.value ?? past.at(-1) ?? null] : null;
      return { ...tile, points, step: charts.step };
    } catch (error) {
      // The store may refuse to read so much; the other tiles are drawn all the same.
      return { ...tile, points: null, step: charts.step, error: messageOf(error) };
    }
  }

  async #past(expression: string): Promise<readonly (number | null)[] | undefined> {
    const { evaluator, kept, charts, clock, signal } = this.#options;
    const askable = kept && evaluator.overCollectors(expression, { data: this.#data, signal });
    return askable && (await pastOf(askable, charts, { kept, clock }));
  }

  async #table(fields: YamlMap): Promise<TableTile> {
    const rows = isList(fields['rows']) ? fields['rows'] : [];
    const cell = async (written: Yaml) => {
      const outcome = await this.#evaluate(written, 'text');
      return outcome.type === 'value' ? outcome.text : outcome.type === 'error' ? `error: ${outcome.message}` : '';
    };
    const row = (written: Yaml) => Promise.all((isList(written) ? written : [written]).map(cell));
    return { kind: 'table', ...headOf(fields), rows: await Promise.all(rows.map(row)) };
  }

  #checks(fields: YamlMap): ChecksTile {
    const checks = this.#options.checks().map(({ id, displayName, hardState, output }) => ({
      name: displayName === '' ? id : displayName,
      state: hardState,
      output,
    }));
    return { kind: 'checks', ...headOf(fields), checks };
  }

  #members(fields: YamlMap): MembersTile {
    const members = [...this.#options.members().values()].map(({ name, displayName, settled, zone, groups }) => ({
      name: displayName === '' ? name : displayName,
      state: settled,
      zone,
      groups,
    }));
    return { kind: 'members', ...headOf(fields), members: members.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  }

  async #measure(written: Yaml | undefined): Promise<MeasuredPart> {
    const outcome = await this.#evaluate(written, 'value');
    if (outcome.type === 'missing') return { value: null, missing: `${outcome.path}: ${outcome.reason}` };
    if (outcome.type === 'error') return { value: null, error: outcome.message };
    const value = numberOf(outcome);
    return value === null ? { value, error: `"${outcome.text}" is no number` } : { value };
  }

  async #evaluate(written: Yaml | undefined, purpose: Purpose): Promise<Evaluated> {
    const { evaluator, style, signal } = this.#options;
    return await evaluator.evaluate(textOf(written), purpose, { data: this.#data, style, signal });
  }
}

function headOf({ title, size }: YamlMap): Head {
  return { title: textOf(title), ...(typeof size === 'number' && size > 0 && { size }) };
}

const scaleOf = ({ unit, max }: YamlMap) => ({ unit: textOf(unit), max: typeof max === 'number' ? max : null });

const textOf = (written: Yaml | undefined): string => (written === undefined ? '' : String(written));
const isList = (written: Yaml | undefined): written is readonly Yaml[] => Array.isArray(written);
const isMap = (written: Yaml | undefined): written is YamlMap =>
  typeof written === 'object' && written !== null && !isList(written);
const mapOf = (written: Yaml | undefined): YamlMap => (isMap(written) ? written : {});
