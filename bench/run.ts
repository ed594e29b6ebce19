import { readdir } from 'node:fs/promises';
import type { BenchCase, Row } from './case.ts';

/** Runs the benchmarks whose names begin with an argument, or all, one after the other, and prints a table of what they measured. */
const wanted = process.argv.slice(2);
const folder = new URL('cases/', import.meta.url);

// What a case waits for may be a timer that does not keep a process: without this it would end there, and leave its folders.
const stay = setInterval(() => {}, 60_000);
for (const file of (await readdir(folder)).sort()) {
  const { default: bench } = (await import(new URL(file, folder).href)) as { default: BenchCase };
  if (wanted.length > 0 && !wanted.some((word) => bench.name.startsWith(word))) continue;
  process.stdout.write(`\n${bench.name}\n`);
  for (const row of await bench.run()) process.stdout.write(`${lineOf(row)}\n`);
}
clearInterval(stay);

function lineOf({ case: name, value, unit, ratio, peer }: Row): string {
  const number = value >= 100 ? value.toFixed(0) : value.toPrecision(3);
  const compared = ratio === undefined ? '' : `   ${ratio.toFixed(2)} x${peer === undefined ? '' : ` ${peer}`}`;
  return `  ${name.padEnd(48)} ${number.padStart(10)} ${unit}${compared}`;
}
