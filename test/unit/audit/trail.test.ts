import * as fs from "node:fs";
import {
  appendFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { headFile, recordFile, trailOf } from "../../../src/audit/files.ts";
import { processorMs } from "../../support/processor-time.ts";
import { ALICE, bash, CHANNEL, sound, spoiled, trailWorld } from "./trail-world.ts";

const full = () => Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });

test("a decision is one line that says when, what, who, where and what exactly, chained to the line before", () => {
  const world = trailWorld();
  world.write(1);
  world.now.ms += 1500;
  world.open().append({ action: "tool-allowed-automatically", threadId: "thread2" });
  const [first = "", second = ""] = world.lines();
  expect(first).toBe(
    '{"seq":1,"at":"2025-11-25T09:00:00.000Z","action":"tool-allowed","by":{"id":"u-alice","name":"alice"},' +
      '"thread":"thread1","what":{"tool":"Bash","input":{"command":"echo 1"}},' +
      `"prev":"${"0".repeat(64)}"}`,
  );
  expect(JSON.parse(second)).toEqual({
    seq: 2,
    at: "2025-11-25T09:00:01.500Z",
    action: "tool-allowed-automatically",
    thread: "thread2",
    prev: JSON.parse(readFileSync(world.files.head, "utf8")).seq === 2 ? expect.any(String) : "",
  });
  expect(world.verify()).toEqual(sound(2));
  expect(world.logged).toEqual([]);
});

test("whatever is in a text, a record stays one line and comes back as it was", () => {
  const world = trailWorld();
  const command = 'a\nb\r\u2028\u2029\u0085\u0000\ud800 \u{1f600} "quoted" \\ \u202e';
  world.open().append(bash(command));
  expect(world.lines()).toHaveLength(1);
  expect(JSON.parse(world.lines()[0] ?? "").what.input.command).toBe(command);
  expect(world.verify()).toEqual(sound(1));
});

test("only the name and the id of a person are kept", () => {
  const world = trailWorld();
  const person = { ...ALICE, email: "alice@example.com" };
  world.open().append({ action: "stopped", by: person, threadId: "thread1" });
  expect(world.lines()[0]).not.toContain("example.com");
});

test("trail and head are their owner's alone", () => {
  const world = trailWorld();
  world.write(1);
  expect(world.modeOf(world.files.lines)).toBe(0o600);
  expect(world.modeOf(world.files.head)).toBe(0o600);
  expect(readdirSync(world.folder).sort()).toEqual([`audit-${CHANNEL}.head.json`, `audit-${CHANNEL}.jsonl`]);
});

test("an id that a server invented leads to no other folder", () => {
  const trail = trailOf("/state", "../../etc/x");
  expect([recordFile(trail), recordFile(trail, 7), headFile(trail)]).toEqual([
    "/state/audit-______etc_x.jsonl",
    "/state/audit-______etc_x.7.jsonl",
    "/state/audit-______etc_x.head.json",
  ]);
});

test("what is taken out of a line never stands in it, and the chain holds", () => {
  const world = trailWorld();
  const trail = world.open({ redact: (line) => line.replaceAll("s3cr3t", "[secret]") });
  trail.append(bash("curl -H 'Authorization: Bearer s3cr3t' x"));
  trail.append({
    action: "answered",
    by: { id: "s3cr3t", name: "s3cr3t" },
    threadId: "s3cr3t",
    what: { s3cr3t: 1 },
  });
  expect(world.lines().join()).not.toContain("s3cr3t");
  expect(world.lines()[0]).toContain("Bearer [secret]");
  expect(world.verify()).toEqual(sound(2));
});

test("one daemon after another goes on with one chain", () => {
  const world = trailWorld();
  for (let daemon = 0; daemon < 4; daemon++) world.write(3);
  expect(world.lines().map((line) => JSON.parse(line).seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(world.verify()).toEqual(sound(12));
});

test("the end is found behind a line that is longer than what is read at once", () => {
  const world = trailWorld();
  for (const size of [1, 65_000, 65_536, 65_537, 300_000, 2]) world.open().append(bash("x".repeat(size)));
  expect(world.verify()).toEqual(sound(6));
});

test.each([0, 1, 20, 200])(
  "after a death in the middle of a line (%i bytes of it) the chain goes on over it",
  (bytes) => {
    const world = trailWorld();
    world.write(3);
    const half = (world.lines()[2] ?? "").slice(0, bytes);
    appendFileSync(world.files.lines, half);
    const damaged = bytes === 0 ? [] : ["trail.jsonl: line 4 is damaged: it is no record"];
    expect(world.verify()).toEqual(spoiled(3, ...damaged));
    world.write(2);
    expect(world.lines()).toHaveLength(bytes === 0 ? 5 : 6);
    expect(world.verify()).toEqual(spoiled(5, ...damaged));
    expect(world.logged).toEqual([]);
  },
);

test("a last line that lacks nothing but its newline counts", () => {
  const world = trailWorld();
  world.write(3);
  truncateSync(world.files.lines, fs.statSync(world.files.lines).size - 1);
  expect(world.verify()).toEqual(sound(3));
  world.write(1);
  expect(world.verify()).toEqual(sound(4));
});

test("a daemon that died between a line and its head leaves a sound trail", () => {
  const world = trailWorld();
  world.write(3);
  const head = readFileSync(world.files.head);
  world.write(1);
  writeFileSync(world.files.head, head);
  expect(world.verify()).toEqual(sound(4));
  world.write(1);
  expect(world.verify()).toEqual(sound(5));
});

test("an end that was cut off while no daemon ran stays missing when the next one goes on", () => {
  const world = trailWorld();
  world.write(5);
  world.change((lines) => lines.slice(0, 3));
  world.write(1);
  expect(world.verify()).toEqual(spoiled(4, "trail.jsonl: line 4: records 4 to 5 are missing before it"));
  expect(world.logged).toEqual([
    `error ${world.files.lines} lacks its end. To see what is missing: mm-claude audit --verify`,
  ]);
});

test.each([
  ["removed", (path: string) => rmSync(path)],
  ["moved away", (path: string) => renameSync(path, `${path}.away`)],
  ["emptied", (path: string) => truncateSync(path, 0)],
])("a trail that is %s under a running daemon is gone on with, and what is missing shows", (_, harm) => {
  const world = trailWorld();
  const trail = world.open();
  trail.append(bash("one"));
  trail.append(bash("two"));
  harm(world.files.lines);
  trail.append(bash("three"));
  expect(world.lines()).toHaveLength(1);
  expect(world.verify().problems).toEqual([
    expect.stringMatching(/^trail(\.3)?\.jsonl: line 1: records 1 to 2 are missing before it$/),
  ]);
  expect(world.logged[0]).toMatch(/^error .*was changed by another program/);
});

test("a file that was moved away and is put back again belongs to the trail", () => {
  const world = trailWorld();
  const trail = world.open();
  trail.append(bash("one"));
  renameSync(world.files.lines, `${world.files.lines}.away`);
  trail.append(bash("two"));
  renameSync(`${world.files.lines}.away`, world.files.lines);
  trail.append(bash("three"));
  expect(world.verify()).toEqual(sound(3));
});

test("a line that is cut under a running daemon swallows no record", () => {
  const world = trailWorld();
  const trail = world.open();
  trail.append(bash("one"));
  trail.append(bash("two"));
  truncateSync(world.files.lines, fs.statSync(world.files.lines).size - 10);
  trail.append(bash("three"));
  expect(world.verify()).toEqual(spoiled(2, "trail.jsonl: line 2 is damaged: it is no record"));
});

test("a link in the trail's place is refused, said once, and nothing is written through it", () => {
  const world = trailWorld();
  const target = join(world.folder, "target");
  writeFileSync(target, "mine", { mode: 0o644 });
  symlinkSync(target, world.files.lines);
  const trail = world.open();
  for (let n = 0; n < 3; n++) trail.append(bash(`echo ${n}`));
  expect(readFileSync(target, "utf8")).toBe("mine");
  expect(world.modeOf(target)).toBe(0o644);
  expect(world.logged).toEqual([
    `error ${world.files.lines} can't be written: what people decide is not recorded. ` +
      "Make room or mend its rights: a link or a folder stands in its place",
  ]);
  rmSync(world.files.lines);
  trail.append(bash("echo 3"));
  expect(world.verify()).toEqual(sound(4));
  expect(world.logged[1]).toBe(`info ${world.files.lines} can be written again; nothing was lost.`);
});

test("a folder in the trail's place is an error, not a fall", () => {
  const world = trailWorld();
  fs.mkdirSync(world.files.lines);
  world.open().append(bash("one"));
  expect(world.logged).toHaveLength(1);
});

test("a link in the head's place is not read, and is replaced", () => {
  const world = trailWorld();
  const target = join(world.folder, "target");
  writeFileSync(target, JSON.stringify({ seq: 9, hash: "f".repeat(64) }));
  symlinkSync(target, world.files.head);
  world.write(1);
  expect(readFileSync(target, "utf8")).toContain('"seq":9');
  expect(world.verify()).toEqual(sound(1));
  expect(world.logged).toHaveLength(1);
});

test("a full disk is told once, what waits is written when there is room, in order and with its own time", () => {
  const world = trailWorld();
  const disk = playedDisk();
  const trail = world.open({ fs: disk });
  trail.append(bash("one"));
  disk.isFull = true;
  for (const command of ["two", "three"]) {
    world.now.ms += 1000;
    trail.append(bash(command));
  }
  expect(world.verify()).toEqual(sound(1));
  expect(world.logged).toHaveLength(1);
  expect(world.logged[0]).toMatch(/^error .*can't be written: what people decide is not recorded/);
  disk.isFull = false;
  world.now.ms += 1000;
  trail.append(bash("four"));
  expect(
    world
      .lines()
      .map((line) => JSON.parse(line))
      .map(({ at, what }) => [at.slice(17, 19), what.input.command]),
  ).toEqual([
    ["00", "one"],
    ["01", "two"],
    ["02", "three"],
    ["03", "four"],
  ]);
  expect(world.verify()).toEqual(sound(4));
  expect(world.logged.slice(1)).toEqual([
    `info ${world.files.lines} can be written again; nothing was lost.`,
  ]);
});

test("half a line that a full disk took and can't give back is closed before the next", () => {
  const world = trailWorld();
  const disk = playedDisk();
  disk.ftruncateSync = () => {
    throw new Error("EPERM: operation not permitted");
  };
  const trail = world.open({ fs: disk });
  trail.append(bash("one"));
  disk.isFull = true;
  trail.append(bash("two"));
  disk.isFull = false;
  trail.append(bash("three"));
  expect(world.verify()).toEqual(spoiled(3, "trail.jsonl: line 2 is damaged: it is no record"));
});

test("of what waits too long for a full disk only the oldest is kept, and the next line says how much was lost", () => {
  const world = trailWorld();
  const disk = playedDisk();
  const trail = world.open({ fs: disk });
  disk.isFull = true;
  for (let n = 1; n <= 1010; n++) trail.append(bash(`echo ${n}`));
  disk.isFull = false;
  trail.append(bash("echo last"));
  expect(world.lines()).toHaveLength(1001);
  expect(world.verify()).toEqual(
    spoiled(1001, "trail.jsonl: line 1001: 10 records before it could not be written at the time"),
  );
  expect(world.logged[1]).toMatch(/10 records were lost/);
});

test("a head that can't be written is told, and its line counts", () => {
  const world = trailWorld();
  const disk = playedDisk();
  const trail = world.open({ fs: disk });
  disk.renameSync = () => {
    throw full();
  };
  trail.append(bash("one"));
  expect(world.logged).toHaveLength(1);
  // Nor is anything of it left, should nobody decide anything any more.
  expect(readdirSync(world.folder)).toEqual([`audit-${CHANNEL}.jsonl`]);
  disk.renameSync = fs.renameSync;
  trail.append(bash("two"));
  expect(readdirSync(world.folder).sort()).toEqual([`audit-${CHANNEL}.head.json`, `audit-${CHANNEL}.jsonl`]);
  expect(world.verify()).toEqual(sound(2));
});

test("a decision that JSON has no words for is recorded without them", () => {
  const world = trailWorld();
  const trail = world.open();
  trail.append({ action: "answered", by: ALICE, threadId: "thread1", what: { count: 1n } });
  trail.append(bash("two"));
  expect(JSON.parse(world.lines()[0] ?? "")).toMatchObject({
    action: "answered",
    by: ALICE,
    what: { unreadable: expect.stringContaining("BigInt") },
  });
  expect(world.logged).toEqual([]);
  expect(world.verify()).toEqual(sound(2));
});

test("50,000 records are appended and checked quickly", () => {
  const world = trailWorld();
  // Writing a head costs what the file system takes for it, which says nothing of the trail.
  const trail = world.open({
    fs: { ...fs, writeFileSync: () => {}, renameSync: () => {}, rmSync: () => {} },
  });
  const writing = processorMs(() => {
    for (let n = 1; n < 50_000; n++) trail.append(bash(`echo ${n}`));
    world.write(1);
  });
  const checking = processorMs(() => expect(world.verify()).toEqual(sound(50_000)));
  // Far above what they take, and far below what reading all of it for each line would.
  expect(writing).toBeLessThan(8000);
  expect(checking).toBeLessThan(4000);
});

/** What a full disk does: it takes the start of what is written, then says no. */
function playedDisk() {
  return {
    isFull: false,
    ftruncateSync: fs.ftruncateSync as (fd: number, length?: number | null) => void,
    renameSync: fs.renameSync as typeof fs.renameSync,
    rmSync: fs.rmSync,
    writeFileSync: fs.writeFileSync,
    writeSync(this: { isFull: boolean }, ...args: unknown[]): number {
      const [fd, bytes, offset = 0, length] = args as [number, Buffer, number?, number?];
      if (!this.isFull) return fs.writeSync(fd, bytes, offset, length);
      if (offset > 0) throw full();
      return fs.writeSync(fd, bytes, 0, 7);
    },
  };
}
