import { readFile } from 'node:fs/promises';
import { parseYaml } from '../config/yaml.ts';
import type { CheckResult } from '../model/check.ts';
import { problemLine, type YamlMap } from '../model/pack.ts';
import type { HealthRunner, Place } from './code-runner.ts';
import type { Diagnosis, LoadedCheck } from './protocol.ts';
import { stemOf } from './scan.ts';
import { codeFor, diagnosisOf, type WrittenCheck, writtenChecks } from './written-checks.ts';

/** Judges once by the fields of a check of the agent, as if it were written in a pack; never takes much longer than told. */
export type JudgeOnce = (definition: YamlMap, timeoutMs: number) => Promise<CheckResult>;

interface Kept {
  readonly check: WrittenCheck;
  result: CheckResult;
}

/** Runs health checks that are written in YAML by the agent's own kinds of checks. */
export class WrittenRunner implements HealthRunner {
  readonly #judge: JudgeOnce;
  readonly #files = new Map<string, ReadonlyMap<string, Kept>>();

  constructor(judge: JudgeOnce) {
    this.#judge = judge;
  }

  async load(path: string): Promise<readonly LoadedCheck[]> {
    const { documents, problems } = parseYaml(await readFile(path, 'utf8'), path);
    const [fault] = problems.filter(({ level }) => level === 'error');
    if (fault) throw new Error(problemLine(fault));
    const checks = documents.flatMap(({ value }) => writtenChecks(value, stemOf(path)));
    const result: CheckResult = { state: 'unknown', output: '' };
    this.#files.set(path, new Map(checks.map((check) => [check.name, { check, result }])));
    return checks;
  }

  forget(path: string): void {
    this.#files.delete(path);
  }

  renew(): void {
    this.#files.clear();
  }

  async check(place: Place, timeoutMs: number): Promise<number> {
    const kept = this.#find(place);
    kept.result = await this.#judge(kept.check.definition, timeoutMs);
    return codeFor(kept.check, kept.result);
  }

  async diagnose(place: Place, code: number): Promise<Diagnosis> {
    const { check, result } = this.#find(place);
    return diagnosisOf(check, code, result);
  }

  [Symbol.dispose](): void {
    this.#files.clear();
  }

  #find({ path, name }: Place): Kept {
    const kept = this.#files.get(path)?.get(name);
    if (kept) return kept;
    throw new Error(`${path} has no check ${name}`);
  }
}
