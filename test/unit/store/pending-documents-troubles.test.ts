// Documents that change again and again, on a disk that fails while they do.

import { expect, test } from "vitest";
import { newestIn } from "../../../src/store/growing-file.ts";
import { PendingDocuments } from "../../../src/store/pending-documents.ts";
import { createFakeClock, settle } from "../../support/fake-clock.ts";
import { forgetfulFiles } from "../../support/forgetful-files.ts";

const failure = (code: string): Error => Object.assign(new Error(code), { code });

/** A disk whose files are counted while they are open, and that fails when the test says so. */
function setUp() {
  const disk = forgetfulFiles();
  const clock = createFakeClock();
  const errors: unknown[] = [];
  const trouble: { opening?: Error | undefined; looking?: Error | undefined } = {};
  let most = Infinity;
  let open = 0;
  const opened = (async (path: string, flags: string) => {
    if (trouble.opening) throw trouble.opening;
    if (open >= most) throw failure("EMFILE");
    const file = await disk.files.open(path, flags);
    open++;
    const close = async (): Promise<void> => {
      open--;
      await file.close();
    };
    return { ...file, close };
  }) as typeof disk.files.open;
  const pending = new PendingDocuments({
    folder: "/state",
    clock,
    files: { ...disk.files, open: opened },
    inodeOf: (path) => {
      if (trouble.looking) throw trouble.looking;
      return disk.inodeOf(path);
    },
    read: (path) => JSON.stringify(newestIn(disk.contentOf(path))),
    mode: 0o600,
    mostOpen: 30,
    makeFolder: () => {},
    onWritten: () => {},
    onFailed: (error) => void errors.push(error),
  });
  return {
    clock,
    errors,
    trouble,
    pending,
    contentOf: (file: string) => disk.contentOf(`/state/${file}`),
    openFiles: () => open,
    allowOpen(files: number) {
      most = files;
    },
    async write(file: string, text: string) {
      pending.change(file, () => JSON.stringify(text));
      await pending.whenWritten(file);
    },
  };
}

test("at a stop, what could not be written at once is tried again, and not taken back for what the file says", async () => {
  const { contentOf, pending, trouble, write } = setUp();
  await write("a", "1");
  await write("a", "2");
  trouble.opening = failure("ENOSPC");
  pending.change("a", () => {
    // There is room again once this one has failed.
    setImmediate(() => setImmediate(() => delete trouble.opening));
    return '"3"';
  });
  await pending.close();
  expect(contentOf("a")).toBe('"3"');
});

test("a file that can't be looked for is closed, and written once it can be", async () => {
  const { clock, contentOf, openFiles, pending, trouble, write } = setUp();
  await write("a", "1");
  await write("b", "1");
  trouble.looking = failure("EACCES");
  await write("a", "2");
  await write("new", "1");
  await write("b", "2");
  expect(openFiles()).toBe(0);
  delete trouble.looking;
  await clock.advance(5000);
  await pending.whenAllWritten();
  expect(["a", "b", "new"].map(contentOf)).toEqual(['"2"', '"2"', '"1"']);
});

test("no more files are kept open than may be", async () => {
  const { contentOf, openFiles, write } = setUp();
  const many = Array.from({ length: 60 }, (_, nth) => `document-${nth}`);
  await Promise.all(many.map((file) => write(file, "1")));
  await Promise.all(many.map((file) => write(file, "2")));
  await settle();
  expect(openFiles()).toBe(30);
  expect(many.map((file) => newestIn(contentOf(file)))).toEqual(many.map(() => "2"));
});

test("files that are kept open for the next change give way where no more can be opened", async () => {
  const { allowOpen, contentOf, errors, write } = setUp();
  allowOpen(20);
  const many = Array.from({ length: 60 }, (_, nth) => `document-${nth}`);
  for (const text of ["1", "2"]) {
    await Promise.all(many.map((file) => write(file, text)));
    for (const file of many) await write(file, `${text}.`);
  }
  expect(errors).toEqual([]);
  expect(many.map((file) => newestIn(contentOf(file)))).toEqual(many.map(() => "2."));
});
