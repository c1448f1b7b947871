// Spoiled traffic in great number, the same for the same seed; says what became of it.

import { mutate, randomFrom } from "./mutate.ts";
import { createTargets } from "./targets.ts";

/** `count` texts for all targets together. Throws with the seed and the text that broke something. */
export async function fuzz(seed: number, count: number): Promise<string[]> {
  const random = randomFrom(seed);
  const rejections: unknown[] = [];
  const note = (reason: unknown): void => void rejections.push(reason);
  process.on("unhandledRejection", note);
  const report: string[] = [];
  try {
    const targets = createTargets();
    for (const { name, samples, take } of targets) {
      const seen = new Map<string, number>();
      for (let index = 0; index < count / targets.length; index++) {
        const text = mutate(samples[Math.floor(random() * samples.length)] ?? "", random);
        try {
          const became = await take(text);
          seen.set(became, (seen.get(became) ?? 0) + 1);
        } catch (cause) {
          throw new Error(`seed ${seed}, ${name}, number ${index}: ${text.slice(0, 2000)}`, { cause });
        }
      }
      const counts = [...seen]
        .sort((one, other) => other[1] - one[1])
        .map(([what, times]) => `${what} ${times}`);
      report.push(`${name}: ${counts.join(", ")}`);
    }
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off("unhandledRejection", note);
  }
  if (rejections.length > 0)
    throw new Error(`seed ${seed}: rejections nobody handled`, { cause: rejections[0] });
  return report;
}
