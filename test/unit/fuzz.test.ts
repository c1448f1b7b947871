import { expect, test } from "vitest";
import { fuzz } from "../fuzz/fuzz.ts";
import { mutate, randomFrom } from "../fuzz/mutate.ts";

test("some hundred spoiled frames, bodies, lines and documents break nothing", async () => {
  expect(await fuzz(20_240, 1200)).toHaveLength(4);
});

test("the same seed spoils in the same way", () => {
  const spoil = (seed: number): string[] => {
    const random = randomFrom(seed);
    return Array.from({ length: 20 }, () => mutate('{"a":{"b":[1,"two"]}}', random));
  };
  expect(spoil(1)).toEqual(spoil(1));
  expect(spoil(1)).not.toEqual(spoil(2));
});
