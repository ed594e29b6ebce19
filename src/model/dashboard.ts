import type { ShownState } from './check.ts';
import type { NodeState } from './member.ts';
import type { YamlMap } from './pack.ts';

/** A dashboard of a pack. */
export interface DashboardRecord {
  /** `<pack>/<path>`. */
  readonly id: string;
  readonly title: string;
  readonly packName: string;
  readonly packLevel: string;
}

/** A dashboard as it is written, and where. */
export interface DashboardDefinition extends DashboardRecord {
  readonly file: string;
  readonly line: number;
  readonly fields: YamlMap;
}

interface Titled {
  readonly title: string;
  /** Share of the place that tiles side by side have; equal ones when left out. */
  readonly size?: number;
  /** Why there is nothing to show though there should be; the other tiles are not touched. */
  readonly error?: string;
}

interface Measured extends Titled {
  readonly unit: string;
  /** `null`: nothing is known, and `missing` says why. */
  readonly value: number | null;
  readonly missing?: string;
  /** End of the scale, if it is known. */
  readonly max: number | null;
}

export interface TextTile extends Titled {
  readonly kind: 'text';
  readonly value: string;
}

/** A bar or a ring. */
export interface ShareTile extends Measured {
  readonly kind: 'horizontal_gauge' | 'donut';
  /** The part of it that is filled, 0 to 1; `null` when the scale is not known, or the value lies outside of it. */
  readonly share: number | null;
}

export interface ChartTile extends Measured {
  readonly kind: 'horizontal_chart';
  /** The values before, oldest first, `step` seconds apart, the last one now; `null` when nobody kept them. */
  readonly points: readonly (number | null)[] | null;
  readonly step: number;
}

export interface TableTile extends Titled {
  readonly kind: 'table';
  readonly rows: readonly (readonly string[])[];
}

export interface ChecksTile extends Titled {
  readonly kind: 'checks';
  readonly checks: readonly { readonly name: string; readonly state: ShownState; readonly output: string }[];
}

export interface MembersTile extends Titled {
  readonly kind: 'members';
  readonly members: readonly {
    readonly name: string;
    readonly state: NodeState;
    readonly zone: string;
    readonly groups: readonly string[];
  }[];
}

/** Tiles side by side, or one below the other. */
export interface SplitTile {
  readonly kind: 'horizontal_split' | 'vertical_split';
  readonly tiles: readonly Tile[];
}

/** A tile that shows something itself. */
export type ShownTile = TextTile | ShareTile | ChartTile | TableTile | ChecksTile | MembersTile;

/** A part of a dashboard with its present values. */
export type Tile = ShownTile | SplitTile;

/** A dashboard with its present values. */
export interface DashboardView {
  readonly id: string;
  readonly title: string;
  /** Name of the node whose values these are. */
  readonly node: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly content: Tile;
}
