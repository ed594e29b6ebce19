import { shownOf } from './json.ts';
import type { RenderSeries } from './series.ts';
import { localTime } from './zoned-time.ts';

/** A line for each value: name, time of day in that zone, value. */
export function csvOf(all: readonly RenderSeries[], timeZone: string): string {
  const lines: string[] = [];
  for (const series of all) {
    const name = csvText(series.name);
    const length = shownOf(series);
    for (let at = 0; at < length; at++) {
      const value = series.values[at] as number;
      lines.push(
        `${name},${dateText(series.start + at * series.step, timeZone)},${Number.isFinite(value) ? value : ''}\r\n`,
      );
    }
  }
  return lines.join('');
}

const csvText = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function dateText(epoch: number, timeZone: string): string {
  const { year, month, day, hour, minute, second } = localTime(epoch, timeZone);
  const [mm, dd, h, m, s] = [month, day, hour, minute, second].map((part) => String(part).padStart(2, '0'));
  return `${year}-${mm}-${dd} ${h}:${m}:${s}`;
}

/** A line for each series: name, start, end and step, then its values. */
export function rawOf(all: readonly RenderSeries[]): string {
  return all
    .map(({ name, start, end, step, values }) => {
      const texts = Array.from(values, (value) => (Number.isFinite(value) ? String(value) : 'None'));
      return `${name},${start},${end},${step}|${texts.join(',')}\n`;
    })
    .join('');
}
