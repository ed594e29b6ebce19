const two = (number: number): string => String(number).padStart(2, '0');

/** The local day of an instant (epoch milliseconds) as `YYYY-MM-DD`. */
export function localDay(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The local time of an instant (epoch milliseconds) as `YYYY-MM-DD HH:MM:SS`. */
export function localTime(at: number): string {
  const date = new Date(at);
  return `${localDay(at)} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}
