import fc from "fast-check";
import { expect, test } from "vitest";
import { newestIn } from "../../../src/store/growing-file.ts";
import { PendingDocuments } from "../../../src/store/pending-documents.ts";
import { createFakeClock, settle } from "../../support/fake-clock.ts";
import { type ForgetfulFiles, forgetfulFiles } from "../../support/forgetful-files.ts";

function setUp(disk: ForgetfulFiles = forgetfulFiles()) {
  const clock = createFakeClock();
  const errors: unknown[] = [];
  const pending = new PendingDocuments({
    folder: "/state",
    clock,
    files: disk.files,
    inodeOf: disk.inodeOf,
    read: (path) => JSON.stringify(newestIn(disk.contentOf(path))),
    mode: 0o600,
    mostOpen: 512,
    makeFolder: () => {},
    onWritten: () => {},
    onFailed: (error) => void errors.push(error),
  });
  return { clock, disk, errors, pending };
}

const documentIn = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : String(newestIn(text));

const onDisk = ({ disk }: ReturnType<typeof setUp>, file: string): string | undefined =>
  documentIn(disk.afterPowerLoss().get(`/state/${file}`));

test("what is saved is there after a loss of power, whenever that comes, and nothing is ever half there", async () => {
  const steps = fc.array(
    fc.record({
      file: fc.constantFrom("a", "b", "c"),
      what: fc.constantFrom("change", "save", "save patiently", "hurry", "remove", "wait", "pause"),
    }),
    { maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const world = setUp();
      let version = 0;
      /** By file: what it was made to say, in order, and from which of these on the disk must have it. */
      const said = new Map<string, (string | undefined)[]>();
      const safe = new Map<string, number>();
      const check = (): void => {
        for (const [file, versions] of said) {
          const found = onDisk(world, file);
          const from = safe.get(file);
          const allowed = from === undefined ? [undefined, ...versions] : versions.slice(from);
          expect(allowed).toContain(found);
        }
      };
      for (const { file, what } of all) {
        const versions = said.get(file) ?? [];
        if (what === "change" || what === "remove") {
          const text = what === "remove" ? undefined : `version ${++version} of ${file}`;
          said.set(file, [...versions, text]);
          world.pending.change(file, text === undefined ? undefined : () => JSON.stringify(text));
        } else if ((what === "save" || what === "save patiently") && versions.length > 0) {
          const newest = versions.length - 1;
          await world.pending.whenWritten(file, { isPatient: what === "save patiently" });
          safe.set(file, newest);
        } else if (what === "hurry") {
          void world.pending.whenWritten(file, { isPatient: version % 2 === 0 });
        } else if (what === "wait") {
          await world.clock.advance(5000);
        } else {
          await settle();
        }
        check();
      }
      const ends = [...said].map(([file, versions]) => [file, versions.at(-1)]);
      await world.pending.close();
      expect(ends.map(([file]) => [file, onDisk(world, file ?? "")])).toEqual(ends);
      expect([...world.disk.afterPowerLoss().values()].join()).not.toContain("\n");
      expect(world.errors).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

test("what changes again before it is written is made into text and written once", async () => {
  const world = setUp();
  let made = 0;
  for (let i = 1; i <= 100; i++) {
    world.pending.change("a", () => JSON.stringify(`${i}, made ${++made}`));
  }
  await world.pending.whenWritten("a");
  expect(onDisk(world, "a")).toBe("100, made 1");
});

test("a change that nobody waits for is written within five seconds, and holds nobody up before", async () => {
  const world = setUp();
  world.pending.change("a", () => '"1"');
  await world.pending.whenAllWritten();
  await world.clock.advance(4999);
  expect(onDisk(world, "a")).toBeUndefined();
  await world.clock.advance(1);
  await world.pending.whenAllWritten();
  expect(onDisk(world, "a")).toBe("1");
  expect(world.pending.whenWritten("a")).toBeUndefined();
});

test("who waits for one document does not wait for others that change meanwhile", async () => {
  const world = setUp();
  world.pending.change("a", () => '"1"');
  const written = world.pending.whenWritten("a");
  const others = setInterval(() => {
    world.pending.change("b", () => '"x"');
    void world.pending.whenWritten("b");
  }, 0);
  await written;
  clearInterval(others);
  expect(onDisk(world, "a")).toBe("1");
});

test("three hundred documents that are due at the same time share one look at the folder", async () => {
  const world = setUp();
  const all = Array.from({ length: 300 }, (_, index) => `${index}`);
  for (const file of all) {
    world.pending.change(file, () => JSON.stringify(file));
  }
  await Promise.all(all.map((file) => world.pending.whenWritten(file)));
  expect(world.disk.syncs()).toBe(301);
});

test("a document that changes again is added to its file, which is replaced before it gets long", async () => {
  const world = setUp();
  const lengths: number[] = [];
  const long = "x".repeat(50_000);
  for (let version = 1; version <= 12; version++) {
    world.pending.change("a", () => JSON.stringify(`${version} ${long}`));
    await world.pending.whenWritten("a");
    expect(onDisk(world, "a")).toBe(`${version} ${long}`);
    lengths.push(Math.round((world.disk.afterPowerLoss().get("/state/a")?.length ?? 0) / 50_000));
  }
  expect(lengths).toEqual([1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2]);
  // Of the folder only when the file is another one.
  expect(world.disk.syncs()).toBe(12 + 3);
});

test("a document whose file was taken away or replaced is written anew", async () => {
  const world = setUp();
  for (const meddle of [
    () => world.disk.files.rm("/state/a"),
    async () => {
      const other = await world.disk.files.open("/state/other", "w");
      await other.writeFile("null");
      await world.disk.files.rename("/state/other", "/state/a");
    },
  ]) {
    world.pending.change("a", () => '"before"');
    await world.pending.whenWritten("a");
    await meddle();
    world.pending.change("a", () => '"after"');
    await world.pending.whenWritten("a");
    expect(world.disk.afterPowerLoss().get("/state/a")).toBe('"after"');
  }
});

test("a document that can't be made into text fails alone", async () => {
  const world = setUp();
  world.pending.change("a", () => {
    throw new Error("no text");
  });
  world.pending.change("b", () => '"1"');
  await Promise.all([world.pending.whenWritten("a"), world.pending.whenWritten("b")]);
  expect([onDisk(world, "a"), onDisk(world, "b"), world.errors]).toEqual([
    undefined,
    "1",
    [new Error("no text")],
  ]);
});

test("what could not be written is tried again, with its newest text, and keeps nobody waiting", async () => {
  const disk = forgetfulFiles();
  let isFull = true;
  const open: ForgetfulFiles["files"]["open"] = (...args) =>
    isFull ? Promise.reject(new Error("ENOSPC")) : disk.files.open(...args);
  const world = setUp({ ...disk, files: { ...disk.files, open } });
  world.pending.change("a", () => '"1"');
  world.pending.change("b", () => '"1"');
  await world.pending.whenWritten("a");
  await world.pending.whenWritten("b");
  expect(world.errors).toHaveLength(2);
  world.pending.change("a", () => '"2"');
  isFull = false;
  await world.clock.advance(5000);
  await world.pending.whenAllWritten();
  expect([onDisk(world, "a"), onDisk(world, "b")]).toEqual(["2", "1"]);
});

test("a file system that syncs no folders is lived with", async () => {
  const disk = forgetfulFiles();
  const open = (async (path: string, flags: string) => {
    const handle = await disk.files.open(path, flags);
    return flags === "r"
      ? { ...handle, sync: () => Promise.reject(Object.assign(new Error("EINVAL"), { code: "EINVAL" })) }
      : handle;
  }) as ForgetfulFiles["files"]["open"];
  const world = setUp({ ...disk, files: { ...disk.files, open } });
  world.pending.change("a", () => '"1"');
  await world.pending.whenWritten("a");
  expect([world.errors, world.pending.whenWritten("a")]).toEqual([[], undefined]);
});

test("what comes after the end is written as well, and leaves no file open", async () => {
  const disk = forgetfulFiles();
  let open = 0;
  const counted = (async (path: string, flags: string) => {
    const handle = await disk.files.open(path, flags);
    open++;
    return { ...handle, close: () => handle.close().then(() => open--) };
  }) as ForgetfulFiles["files"]["open"];
  const world = setUp({ ...disk, files: { ...disk.files, open: counted } });
  world.pending.change("a", () => '"1"');
  await world.pending.close();
  world.pending.change("a", () => '"2"');
  await world.pending.whenWritten("a");
  expect([onDisk(world, "a"), open]).toEqual(["2", 0]);
});

test("once closed it leaves no timer behind, also when nothing can be written", async () => {
  const disk = forgetfulFiles();
  const world = setUp({ ...disk, files: { ...disk.files, open: () => Promise.reject(new Error("EROFS")) } });
  world.pending.change("a", () => '"1"');
  await world.pending.close();
  expect(world.clock.pending()).toBe(0);
});

test("a stop leaves one version in each file, however many have grown", async () => {
  const world = setUp();
  const many = Array.from({ length: 600 }, (_, index) => `grown-${index}`);
  for (const version of [1, 2]) {
    for (const file of many) {
      world.pending.change(file, () => String(version));
      await world.pending.whenWritten(file);
      world.pending.change(file, () => String(version + 1));
      await world.pending.whenWritten(file);
    }
  }
  await world.pending.close();
  expect(new Set(world.disk.afterPowerLoss().values())).toEqual(new Set(["3"]));
});

test("a stop does not make a document again whose file was taken away", async () => {
  const world = setUp();
  for (const version of ["1", "2"]) {
    world.pending.change("a", () => version);
    await world.pending.whenWritten("a");
  }
  await world.disk.files.rm("/state/a");
  await world.pending.close();
  expect(world.errors).toEqual([]);
  expect(world.disk.inodeOf("/state/a")).toBeUndefined();
});

test("who waits for a document does not wait for hundreds that were due before it and wait for nobody", async () => {
  const world = setUp();
  const many = Array.from({ length: 200 }, (_, index) => `patient-${index}`);
  for (const file of many) {
    world.pending.change(file, () => JSON.stringify(file));
    void world.pending.whenWritten(file, { isPatient: true });
  }
  await settle();
  world.pending.change("a", () => '"1"');
  await world.pending.whenWritten("a");
  expect(onDisk(world, "a")).toBe("1");
  expect(many.filter((file) => onDisk(world, file) !== undefined).length).toBeLessThanOrEqual(16);
  await world.pending.whenAllWritten();
  expect(many.map((file) => onDisk(world, file))).toEqual(many);
});

test("however much is waited for, the documents that nobody waits for get written too", async () => {
  const world = setUp();
  world.pending.change("patient", () => '"1"');
  const patient = world.pending.whenWritten("patient", { isPatient: true });
  let version = 0;
  const awaited = setInterval(() => {
    world.pending.change("a", () => `"${++version}"`);
    void world.pending.whenWritten("a");
  }, 0);
  await patient;
  clearInterval(awaited);
  expect(onDisk(world, "patient")).toBe("1");
  await world.pending.close();
});

test("a patient document that somebody comes to wait for goes before the others", async () => {
  const world = setUp();
  const many = Array.from({ length: 50 }, (_, index) => `patient-${index}`);
  for (const file of many) {
    world.pending.change(file, () => JSON.stringify(file));
    void world.pending.whenWritten(file, { isPatient: true });
  }
  await world.pending.whenWritten("patient-49");
  expect(onDisk(world, "patient-49")).toBe("patient-49");
  expect(onDisk(world, "patient-48")).toBeUndefined();
  await world.pending.close();
});

test("a document that has rested is no open file any more once another one is written", async () => {
  const { clock, disk, pending } = setUp();
  const write = async (file: string, text: string): Promise<void> => {
    pending.change(file, () => text);
    await pending.whenWritten(file);
  };
  await write("rests", "1");
  await write("rests", "2");
  expect(disk.contentOf("/state/rests").split("\n")).toContain("1");
  clock.advance(11_000);
  await write("other", "1");
  await write("rests", "3");
  expect(disk.contentOf("/state/rests")).toBe("3");
});
