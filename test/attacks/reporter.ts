// Prints the attacks as they were told: a name, what was tried, what happened; file by file in the order of their names.
// Judges nothing: vitest has.

import type { Reporter, TestCase, TestModule, TestSpecification } from "vitest/node";
import type {} from "./attack.ts";

const print = (line: string): void => void process.stdout.write(`${line}\n`);

// biome-ignore lint/style/noDefaultExport: vitest loads a reporter by its default export.
export default class AttackReporter implements Reporter {
  #waiting: string[] = [];
  readonly #ended = new Map<string, TestModule>();
  #withstood = 0;
  #through = 0;

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.#waiting = specifications.map(({ moduleId }) => moduleId).sort();
  }

  onTestModuleEnd(module: TestModule): void {
    this.#ended.set(module.moduleId, module);
    for (let next = this.#next(); next; next = this.#next()) {
      this.#waiting.shift();
      this.#tell(next);
    }
  }

  onTestRunEnd(_modules: readonly TestModule[], errors: readonly { readonly message: string }[]): void {
    for (const { message } of errors) print(`✗ outside any attack: ${message}`);
    const failed = this.#through + errors.length;
    print("");
    print(
      `${this.#withstood + this.#through} attacks: ${this.#withstood} withstood, ${this.#through} got through`,
    );
    print(`${this.#withstood} passed, ${failed} failed`);
  }

  #next(): TestModule | undefined {
    return this.#ended.get(this.#waiting[0] ?? "");
  }

  #tell(module: TestModule): void {
    for (const error of module.errors()) {
      this.#through += 1;
      print(`✗ ${module.relativeModuleId}: ${error.message}`);
    }
    for (const test of module.children.allTests()) {
      if (test.result().state !== "skipped") this.#tellAttack(test);
    }
  }

  #tellAttack(test: TestCase): void {
    const { state, errors = [] } = test.result();
    const { tried = [], happened = [] } = test.meta().attack ?? {};
    state === "passed" ? this.#withstood++ : this.#through++;
    print(`${state === "passed" ? "✓" : "✗"} ${test.name}`);
    for (const sentence of tried) print(`  tried: ${sentence}`);
    for (const sentence of happened) print(`  happened: ${sentence}`);
    for (const { message, stack = message } of errors) print(`  ${stack.replaceAll("\n", "\n  ")}`);
  }
}
