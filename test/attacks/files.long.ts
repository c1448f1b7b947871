// Files people attach, with names and sizes that lie, and what Claude may have put where they are to be saved.

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect } from "vitest";
import { attack, count } from "./attack.ts";
import { peakMegabytes } from "./memory.ts";
import { startRelay } from "./relay.ts";
import { readyTown, type Town, town, until } from "./town.ts";

/** The files that a message brought along, as Claude was told them. */
const pathsIn = (text: string): string[] => text.match(/^- (\/.+)$/gm)?.map((line) => line.slice(2)) ?? [];

/** Where this world's sessions keep files. */
const filesDirectories = (here: Town): string[] =>
  readdirSync(here.temporary)
    .filter((name) => name.startsWith("mm-claude-"))
    .map((name) => join(here.temporary, name));

function victimIn(here: Town): string {
  const victim = join(here.home, "victim");
  mkdirSync(victim);
  writeFileSync(join(victim, "keep.txt"), "mine\n");
  return victim;
}

async function stopped(here: Town, root: string): Promise<void> {
  await here.alice.say("!stop", root);
  await here.says(root, "Session cancelled");
  await here.passes();
}

describe("an attached file", () => {
  attack("a file's name leads nowhere but into the session's own directory", async ({ tried, happened }) => {
    const here = await town();
    const relay = await startRelay(here.sandbox.url);
    await here.ready({ env: { MATTERMOST_URL: relay.url } });
    const names = [
      "../../../../escaped.txt",
      "/etc/cron.d/job",
      "..\\..\\escaped.txt",
      "..",
      ".",
      "",
      ".bashrc",
      "-rf",
      "~/.ssh/authorized_keys",
      "CON",
      "nul.txt",
      "a\nb\u001b[31m\u0000c\u202e.txt",
      "$(touch pwned).sh",
      "`touch pwned`",
      "x".repeat(400),
      `${"é".repeat(200)}.txt`,
      'name with ] [ and "quotes".txt',
    ];
    const said: string[] = [];
    for (const batch of [names.slice(0, 9), names.slice(9)]) {
      const ids: string[] = [];
      for (const _ of batch) ids.push(await here.alice.upload("plain.txt", "content"));
      const carrier = await here.alice.say("nothing", "", { file_ids: ids });
      const files = ids.map((id, at) => ({ id, name: batch[at], size: 7, mime_type: "text/plain" }));
      const post = {
        id: `forged${said.length}`.padEnd(26, "x"),
        channel_id: here.channelId,
        user_id: here.alice.id,
        root_id: "",
        message: "@claude-code RUN echo take these",
        create_at: Date.now(),
        file_ids: ids,
        metadata: { files },
      };
      // The real post's id, so that there is a thread to answer in.
      relay.inject("posted", { post: JSON.stringify({ ...post, root_id: carrier }) });
      await here.says(carrier, "Attached files:");
      said.push(here.heard());
    }
    tried(
      `${names.length} files had names such as ../../../../escaped.txt, /etc/cron.d/job, .., .bashrc, -rf, CON, control characters, 400 letters`,
    );
    const paths = here.model.requests
      .flatMap(({ body }) => JSON.stringify(body["messages"]).match(/\/[^"\\]*?mm-claude-[^"\\]*/g) ?? [])
      .filter((path, at, all) => all.indexOf(path) === at);
    const directories = filesDirectories(here);
    const saved = directories.flatMap((directory) =>
      readdirSync(directory).map((name) => join(directory, name)),
    );
    expect(saved).toHaveLength(names.length);
    for (const path of paths) expect(directories).toContain(dirname(path));
    for (const path of saved) {
      expect(Buffer.byteLength(basename(path))).toBeLessThanOrEqual(143);
      expect(basename(path)).toMatch(/^[^\p{C}.\-~/\\][^\p{C}/\\]*$/u);
      expect(readFileSync(path, "utf8")).toBe("content");
      expect(statSync(path).mode & 0o777).toBe(0o600);
    }
    expect(existsSync(join(here.directory, "pwned"))).toBe(false);
    happened(
      `all ${saved.length} were saved under harmless names in the sessions' ${count(directories.length, "directory").replace("ys", "ies")}, readable by their owner alone`,
    );
  });

  attack("a file that is larger than it says is not taken", async ({ tried, happened }) => {
    const huge = new Set<string>();
    const here = await town({
      mount: (app) =>
        app.get("/api/v4/files/:id", async (c, next) => {
          if (!huge.has(c.req.param("id"))) return next();
          const piece = new Uint8Array(1024 * 1024);
          let left = 400;
          const body = new ReadableStream({
            pull: (controller) => (left-- > 0 ? controller.enqueue(piece) : controller.close()),
          });
          return new Response(body, { headers: { "content-type": "text/plain" } });
        }),
    });
    const daemon = await here.ready();
    const liar = await here.alice.upload("small.txt", "ten bytes.");
    huge.add(liar);
    const ids = [liar];
    // A post has ten at most (10.11).
    for (let at = 0; at < 9; at++) ids.push(await here.alice.upload(`f${at}.txt`, `content ${at}`));
    const root = await here.alice.say("@claude-code RUN echo take these", "", { file_ids: ids });
    await here.says(root, "Attached files:");
    await here.passes();
    tried(
      "a message carried ten files; the first said that it has 10 bytes, and its download went on to 400 MB",
    );
    const saved = filesDirectories(here).flatMap((directory) => readdirSync(directory));
    expect(saved).toHaveLength(9);
    expect(here.text(root)).toMatch(/small.*could not be handed to Claude: it is larger than 50 MB/);
    const peak = peakMegabytes(daemon.pid);
    expect(peak).toBeLessThan(400);
    happened(
      `${saved.length} files reached Claude, the thread names what did not and why, and the daemon held ${peak} MB at most`,
    );
  });

  attack(
    "no file is saved, and nothing removed, through a link that was put in the directory's place",
    async ({ tried, happened }) => {
      const here = await readyTown();
      const victim = victimIn(here);
      const root = await here.alice.say("@claude-code RUN echo first", "", {
        file_ids: [await here.alice.upload("one.txt", "one")],
      });
      const [first = ""] = pathsIn((await here.says(root, "Attached files:")).message);
      const directory = dirname(first);
      expect(filesDirectories(here)).toEqual([directory]);
      renameSync(directory, `${directory}-moved`);
      symlinkSync(victim, directory);
      await here.alice.say("RUN echo second", root, {
        file_ids: [await here.alice.upload("two.txt", "two")],
      });
      await here.says(root, /second[\s\S]*Attached files:/);
      expect(readdirSync(victim)).toEqual(["keep.txt"]);
      rmSync(`${directory}-moved`, { recursive: true });
      await stopped(here, root);
      tried(
        "the session's directory was replaced by a link to another one; then a file came, and the session ended",
      );
      expect(readdirSync(victim)).toEqual(["keep.txt"]);
      happened("the file went to a new directory; what the link led to was neither written to nor removed");
    },
  );

  attack(
    "the directory goes with its session, and never through a link in it",
    async ({ tried, happened }) => {
      const here = await readyTown();
      const victim = victimIn(here);
      const root = await here.alice.say("@claude-code RUN echo first", "", {
        file_ids: [await here.alice.upload("one.txt", "one")],
      });
      const [first = ""] = pathsIn((await here.says(root, "Attached files:")).message);
      symlinkSync(victim, join(dirname(first), "inside"));
      const other = await here.alice.say("@claude-code RUN echo other", "", {
        file_ids: [await here.alice.upload("two.txt", "two")],
      });
      const [second = ""] = pathsIn((await here.says(other, "Attached files:")).message);
      rmSync(dirname(second), { recursive: true });
      symlinkSync(victim, dirname(second));
      await stopped(here, root);
      await stopped(here, other);
      const left = (): string[] => [dirname(first), dirname(second)].filter((path) => existsSync(path));
      await until(
        () => left().length === 0,
        () => `Left behind: ${left()}`,
      );
      tried(
        "a link to another directory lay in one session's directory, and stood in the place of another's, when the sessions ended",
      );
      expect(readFileSync(join(victim, "keep.txt"), "utf8")).toBe("mine\n");
      happened("both are gone, and the other directory is as it was");
    },
  );
});
