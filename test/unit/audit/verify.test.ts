import { readFileSync, rmSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hashOf } from "../../../src/audit/record.ts";
import { sound, trailWorld } from "./trail-world.ts";

const hash = (line: string | undefined): string => hashOf(Buffer.from(line ?? ""));

/** A line that says something else, with whatever else of it is wanted. */
function forged(line: string | undefined, over: Record<string, unknown> = {}): string {
  return JSON.stringify({
    ...JSON.parse(line ?? ""),
    what: { tool: "Bash", input: { command: "rm" } },
    ...over,
  });
}

function six() {
  const world = trailWorld();
  world.write(6);
  return world;
}

test("a trail that nobody touched is sound", () => {
  expect(six().verify()).toEqual(sound(6));
});

test("no trail is sound", () => {
  expect(trailWorld().verify()).toEqual(sound(0));
});

test("a changed line in the middle is named", () => {
  const world = six();
  world.change((lines) => lines.with(2, (lines[2] ?? "").replace("echo 3", "echo 9")));
  expect(world.verify().problems).toEqual([
    "trail.jsonl: line 3 was changed: the next one was written after another",
  ]);
});

test("one byte of a line, whichever and however changed, names that line", () => {
  const world = six();
  const before = world.lines();
  const bytes = Buffer.from(`${before.join("\n")}\n`);
  const third = Buffer.byteLength(`${before.slice(0, 2).join("\n")}\n`);
  const length = Buffer.byteLength(before[2] ?? "");
  fc.assert(
    fc.property(fc.integer({ min: 0, max: length - 1 }), fc.integer({ min: 1, max: 255 }), (offset, by) => {
      const changed = Buffer.from(bytes);
      changed[third + offset] = ((changed[third + offset] ?? 0) + by) % 256;
      writeFileSync(world.files.lines, changed);
      const { problems } = world.verify();
      expect(problems.join("\n")).toMatch(/line 3( was changed| is damaged| is not|: records? .* before it)/);
    }),
    { numRuns: 400 },
  );
});

test("a changed first line and a changed last line are named", () => {
  const world = six();
  const before = world.lines();
  world.change((lines) => lines.with(0, forged(lines[0])));
  expect(world.verify().problems).toEqual([
    "trail.jsonl: line 1 was changed: the next one was written after another",
  ]);
  world.change(() => before.with(5, forged(before[5])));
  expect(world.verify().problems).toEqual(["trail.jsonl: line 6 was changed: another one was written there"]);
});

test("a line that was taken out is missing, from the middle, the start or the end", () => {
  const world = six();
  const before = world.lines();
  const without = (index: number) => {
    world.change(() => before.toSpliced(index, 1));
    return world.verify();
  };
  expect(without(2).problems).toEqual(["trail.jsonl: line 3: record 3 is missing before it"]);
  expect(without(0).problems).toEqual(["trail.jsonl: line 1: record 1 is missing before it"]);
  expect(without(5).problems).toEqual(["trail.jsonl: record 6 is missing at the end"]);
});

test("several lines that were taken out are told by their numbers", () => {
  const world = six();
  const before = world.lines();
  world.change(() => before.toSpliced(1, 3));
  expect(world.verify().problems).toEqual(["trail.jsonl: line 2: records 2 to 4 are missing before it"]);
  world.change(() => before.slice(0, 2));
  expect(world.verify().problems).toEqual(["trail.jsonl: records 3 to 6 are missing at the end"]);
});

test("a trail that is gone is missed as long as its head is there", () => {
  const world = six();
  rmSync(world.files.lines);
  expect(world.verify().problems).toEqual(["trail.jsonl: records 1 to 6 are missing at the end"]);
});

test("two lines that changed places are told", () => {
  const world = six();
  world.change(([a = "", b = "", c = "", d = "", ...rest]) => [a, b, d, c, ...rest]);
  expect(world.verify().problems).toEqual([
    "trail.jsonl: line 3: record 3 is missing before it",
    "trail.jsonl: line 4 is not in its place: it is record 3 and stands after record 4",
  ]);
});

test("a line that was put in is told: a copy, one with a right start, and one that is no record", () => {
  const world = six();
  const before = world.lines();
  const withLine = (line: string) => {
    world.change(() => before.toSpliced(3, 0, line));
    return world.verify().problems;
  };
  expect(withLine(before[1] ?? "")).toEqual([
    "trail.jsonl: line 4 is not in its place: it is record 2 and stands after record 3",
  ]);
  expect(withLine(before[2] ?? "")).toEqual([
    "trail.jsonl: line 4 is not in its place: it is record 3 and stands after record 3",
  ]);
  expect(withLine(forged(before[3], { prev: hash(before[2]) }))).toEqual([
    "trail.jsonl: line 5 is not in its place: it is record 4 and stands after record 4",
    "trail.jsonl: line 4 was changed: the next one was written after another",
  ]);
  expect(withLine("hello")).toEqual(["trail.jsonl: line 4 is damaged: it is no record"]);
  expect(withLine("")).toEqual(["trail.jsonl: line 4 is damaged: it is no record"]);
});

test("a forged line with a right start is given away by the next", () => {
  const world = six();
  world.change((lines) => lines.with(2, forged(lines[2], { prev: hash(lines[1]) })));
  expect(world.verify().problems).toEqual([
    "trail.jsonl: line 3 was changed: the next one was written after another",
  ]);
});

test("a forged line and a mended next one are given away by the one after", () => {
  const world = six();
  world.change((lines) => {
    const third = forged(lines[2]);
    return lines.with(2, third).with(3, JSON.stringify({ ...JSON.parse(lines[3] ?? ""), prev: hash(third) }));
  });
  expect(world.verify().problems).toEqual([
    "trail.jsonl: line 4 was changed: the next one was written after another",
  ]);
});

test("a chain that was mended up to its end is given away by the head", () => {
  const world = six();
  world.change((lines) => {
    const anew = [...lines];
    for (let index = 2; index < anew.length; index++) {
      anew[index] = forged(anew[index], { prev: hash(anew[index - 1]) });
    }
    return anew;
  });
  expect(world.verify().problems).toEqual(["trail.jsonl: line 6 was changed: another one was written there"]);
});

test("a line with another number is named", () => {
  const world = six();
  const before = world.lines();
  for (const seq of [1, 2, 4, 99]) {
    world.change(() => before.with(2, (before[2] ?? "").replace('"seq":3', `"seq":${seq}`)));
    expect(world.verify().problems).toEqual([
      `trail.jsonl: line 3 was changed: it says that it is record ${seq}, and it is 3`,
      "trail.jsonl: line 3 was changed: the next one was written after another",
    ]);
  }
});

test("a line that became no record is damaged, and not missing too", () => {
  const world = six();
  const before = world.lines();
  for (const index of [0, 2, 5]) {
    world.change(() => before.with(index, (before[index] ?? "").slice(5)));
    expect(world.verify().problems).toEqual([`trail.jsonl: line ${index + 1} is damaged: it is no record`]);
  }
});

test.each(["null", "[]", "1", '"x"', "{}", '{"seq":3}', '{"__proto__":{"seq":3}}'])(
  "JSON that is no record (%s) is damaged",
  (text) => {
    const world = six();
    world.change((lines) => lines.with(2, text));
    expect(world.verify().problems).toEqual(["trail.jsonl: line 3 is damaged: it is no record"]);
  },
);

test("of a trail that stands there twice each line of the copy is told", () => {
  const world = six();
  world.change((lines) => [...lines, ...lines]);
  expect(world.verify().problems).toEqual(
    [1, 2, 3, 4, 5, 6].map(
      (seq) =>
        `trail.jsonl: line ${seq + 6} is not in its place: it is record ${seq} and stands after record 6`,
    ),
  );
});

test("a head that is missing or says nothing leaves the end in doubt", () => {
  const world = six();
  writeFileSync(world.files.head, "{}");
  expect(world.verify().problems).toEqual([
    `trail.jsonl: its end can't be checked: trail.head.json can't be used (it names no record)`,
  ]);
  rmSync(world.files.head);
  expect(world.verify().problems).toEqual([
    `trail.jsonl: its end can't be checked: trail.head.json is missing`,
  ]);
});

test("records far beyond the head were not written by a daemon", () => {
  const world = six();
  const head = readFileSync(world.files.head);
  world.write(20);
  writeFileSync(world.files.head, head);
  expect(world.verify()).toEqual(sound(26));
  world.write(21);
  writeFileSync(world.files.head, head);
  expect(world.verify().problems).toEqual([
    `trail.jsonl: its last 41 records are none that trail.head.json knows of`,
  ]);
});

test("any set of lines taken out, moved or doubled is noticed", () => {
  const world = six();
  const before = world.lines();
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 9 }), (order) => {
      fc.pre(order.join() !== "0,1,2,3,4,5");
      writeFileSync(world.files.lines, order.map((index) => `${before[index]}\n`).join(""));
      expect(world.verify().problems).not.toEqual([]);
    }),
    { numRuns: 400 },
  );
});
