// `read_file` and `react`.

import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { EMOJI } from "../../../src/mattermost/emoji.ts";
import { filesIn } from "../../../src/util/saved-files.ts";
import { channelId, fakeChat, postId } from "../../support/fake-chat.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

describe("read_file", () => {
  function withFiles() {
    const chat = fakeChat();
    const filesDirectory = temporaryDirectory();
    const files = [chat.addFile("report.txt", "numbers"), chat.addFile("../../a\nb.sh", "evil")];
    chat.addPost("a", "see", { files });
    return {
      chat,
      filesDirectory,
      files,
      run: (input: Record<string, unknown>) =>
        chat.run("read_file", input, { filesDirectory: filesIn(filesDirectory) }),
    };
  }
  const pathIn = (text: string): string => /^Saved: (\S+)\n/.exec(text)?.[1] ?? "";

  test("saves a file and says where, the same place each time", async () => {
    const { run, filesDirectory, files } = withFiles();
    const outcome = await run({ post: `/lab/pl/${postId("a")}`, name: "report.txt" });
    expect(outcome).toMatchObject({
      isError: false,
      summary: "report.txt (7 bytes)",
      target: { post: postId("a"), file: files[0]?.id },
    });
    const path = pathIn(outcome.text);
    expect([dirname(path), readFileSync(path, "utf8")]).toEqual([filesDirectory, "numbers"]);
    expect(pathIn((await run({ post: postId("a"), name: "REPORT.TXT" })).text)).toBe(path);
  });

  test("a name can't lead elsewhere, and is taken as it was shown", async () => {
    const { run, filesDirectory, files } = withFiles();
    for (const name of ["../../a\nb.sh", "../../a b.sh", '"../../a b.sh"', "a_b.sh", files[1]?.id]) {
      const path = pathIn((await run({ post: postId("a"), name })).text);
      expect(dirname(path)).toBe(filesDirectory);
      expect(path).toMatch(/a_b-[0-9a-f]{6}\.sh\.txt$|a_b-[0-9a-f]{6}\.sh$/);
    }
  });

  test("a text that is called a picture is saved as what it is", async () => {
    const { chat, run } = withFiles();
    chat.addPost("b", "", { files: [chat.addFile("photo.png", "<html>")] });
    expect(pathIn((await run({ post: postId("b") })).text)).toMatch(/photo\.png-[0-9a-f]{6}\.txt$/);
  });

  test("says which files there are when the name is of none, those of other posts among them", async () => {
    const { chat, run } = withFiles();
    const other = chat.addFile("other.txt", "other");
    chat.addPost("b", "", { files: [other] });
    for (const name of ["none.txt", undefined, other.id, "other.txt"]) {
      const { isError, text } = await run({ post: postId("a"), name });
      expect([isError, text]).toEqual([true, expect.stringContaining('It has "report.txt" (')]);
    }
    expect((await run({ post: postId("root") })).text).toContain("It has none.");
    expect((await run({ name: "report.txt" })).text).toContain("`post` should be a post's permalink");
  });

  test("what is too large is not fetched, and not saved when the server said less", async () => {
    const { chat, run, filesDirectory } = withFiles();
    const [said, is] = [
      chat.addFile("a.bin", "", 51 * 1024 * 1024),
      chat.addFile("b.bin", new Uint8Array(51 * 1024 * 1024), 5),
    ];
    chat.addPost("b", "", { files: [said, is] });
    for (const name of ["a.bin", "b.bin"]) {
      const { isError, text } = await run({ post: postId("b"), name });
      expect([isError, text]).toEqual([true, "The file can't be saved: it is larger than 50 MB."]);
    }
    expect(chat.calls).not.toContain(`file ${said.id}`);
    rmSync(filesDirectory, { recursive: true });
    expect((await run({ post: postId("a"), name: "report.txt" })).text).toBe(
      "The file can't be saved: the directory for it is no longer there.",
    );
  });

  test("without a place for it, and without room, nothing is fetched", async () => {
    const { chat } = withFiles();
    const outcome = await chat.run("read_file", { post: postId("a"), name: "report.txt" });
    expect(outcome.text).toBe("The file can't be saved: there is no place for it on this machine.");
    expect(chat.calls.filter((call) => call.startsWith("file"))).toEqual([]);
  });

  test("a file of a channel that was left during the download is not saved", async () => {
    const { chat, filesDirectory } = withFiles();
    chat.join(chat.addChannel("there", "P"), "bot", "alice");
    chat.addPost("b", "", { channelId: channelId("there"), files: [chat.addFile("x.txt", "x")] });
    let open = (): void => {};
    chat.gates.set("file", new Promise((resolve) => (open = resolve)));
    const reading = chat.run("read_file", { post: postId("b") }, { filesDirectory: filesIn(filesDirectory) });
    await chat.clock.advance(0);
    chat.leave(channelId("there"), "alice");
    chat.clock.jump(60_000);
    open();
    expect((await reading).text).toBe((await chat.run("read_file", { post: postId("none") })).text);
    expect(existsSync(filesDirectory)).toBe(true);
  });
});

describe("react", () => {
  test("reacts to this thread's first post, or to the linked one", async () => {
    const chat = fakeChat();
    chat.addPost("b", "hi");
    expect(await chat.run("react", { emoji: ":tada:" })).toMatchObject({
      isError: false,
      summary: ":tada:",
      target: { post: postId("root"), emoji: "tada" },
    });
    await chat.run("react", { emoji: "👀", link: `/lab/pl/${postId("b")}` });
    expect(chat.reactions).toEqual([`bot ${postId("root")} tada`, `bot ${postId("b")} eyes`]);
  });

  const deciding = Object.entries(EMOJI).filter(
    ([name]) => !["eyes", "hourglass_flowing_sand"].includes(name),
  );
  const spellings = deciding.flatMap(([name, character]) => [
    name,
    `:${name}:`,
    name.toUpperCase(),
    character,
  ]);
  test.each([...spellings, "thumbsup", ":thumbsdown:", "+1_dark_skin_tone", "👍🏿", "pause_button", "⏸"])(
    "%s decides something, and is not put anywhere",
    async (emoji) => {
      const chat = fakeChat();
      const outcome = await chat.run("react", { emoji });
      expect([outcome.isError, outcome.text]).toEqual([
        true,
        expect.stringContaining("People decide with :"),
      ]);
      expect(chat.reactions).toEqual([]);
    },
  );

  test("no post of another channel gets one, though it may be read", async () => {
    const chat = fakeChat();
    chat.join(chat.addChannel("there"), "bot", "alice");
    chat.addPost("b", "hi", { channelId: channelId("there") });
    const outcome = await chat.run("react", { emoji: "tada", link: postId("b") });
    expect([outcome.isError, outcome.text]).toEqual([
      true,
      expect.stringContaining("this conversation's channel alone"),
    ]);
    chat.leave(channelId("there"), "alice");
    const hidden = await fakeChat().run("react", { emoji: "tada", link: postId("b") });
    expect(hidden.text).toContain("There is nothing of that name or id");
    expect(chat.reactions).toEqual([]);
  });

  test("says what an emoji and a link are, and that the server took none", async () => {
    const chat = fakeChat();
    expect((await chat.run("react", {})).text).toContain("`emoji` should be the name of an emoji");
    expect((await chat.run("react", { emoji: "tada", link: "that" })).text).toContain("`link` should be");
    chat.faults.set("react", "not-found");
    expect((await chat.run("react", { emoji: "nosuch" })).text).toContain(
      "The server took no :nosuch: there.",
    );
  });
});
