import type { ChartTile, DashboardView, ShareTile, Tile } from '../../model/dashboard.ts';

/** Values of one chart that are remembered. */
const MOST_POINTS = 1_000;

/**
 * Remembers what was shown, for tiles of which the agent keeps no past: charts of such values grow while one looks, and bars without an end
 * of their scale reach to the greatest value that was seen.
 */
export class Memory {
  readonly #points = new Map<string, (number | null)[]>();
  readonly #greatest = new Map<string, number>();

  /** The dashboard with what is remembered, this look included. */
  complete(view: DashboardView): DashboardView {
    return { ...view, content: this.#tile(view.content, '') };
  }

  #tile(tile: Tile, place: string): Tile {
    switch (tile.kind) {
      case 'horizontal_split':
      case 'vertical_split':
        return { ...tile, tiles: tile.tiles.map((each, at) => this.#tile(each, `${place}.${at}`)) };
      case 'horizontal_chart':
        return tile.points === null ? { ...tile, points: this.#grown(tile, place) } : tile;
      case 'horizontal_gauge':
        return tile.share === null && tile.unit !== '%' && tile.max === null ? this.#scaled(tile, place) : tile;
      default:
        return tile;
    }
  }

  #grown({ value }: ChartTile, place: string): readonly (number | null)[] {
    const points = [...(this.#points.get(place) ?? []), value].slice(-MOST_POINTS);
    this.#points.set(place, points);
    return points;
  }

  #scaled(tile: ShareTile, place: string): ShareTile {
    if (tile.value === null || tile.value < 0) return tile;
    const greatest = Math.max(tile.value, this.#greatest.get(place) ?? 0);
    this.#greatest.set(place, greatest);
    return { ...tile, max: greatest, share: greatest === 0 ? 0 : tile.value / greatest };
  }
}
