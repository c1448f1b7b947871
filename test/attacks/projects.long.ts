// Several projects, several channels, one bot: who is listed in one of them tries to reach the others, by names, threads,
// posts and events of another channel, and who is listed nowhere tries by direct messages, branches and files.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect } from "vitest";
import { attack, count } from "./attack.ts";
import { expectOpen, hasRun, isOpen, waiting } from "./deciding.ts";
import { startRelay } from "./relay.ts";
import { town } from "./town.ts";

/** `web` of alice and `api` of bob in the town's channel, `docs` of bob in another one, direct messages of alice. */
async function projects() {
  const here = await town();
  const { id: teamId } = here.sandbox.createTeam({ name: "second" });
  const { id: docs } = here.sandbox.createChannel({ teamId, name: "docs", displayName: "Docs" });
  for (const { id } of [here.bot, here.alice, here.bob, here.carol, here.mallory]) {
    here.sandbox.addMember(docs, id);
  }
  const file = join(here.home, ".config", "mm-claude", "projects.yaml");
  const place = (name: string): string => {
    const path = join(here.home, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const [api, docsPlace, direct] = ["api", "docs", "direct"].map(place);
  const lines = [
    "projects:",
    `  web: { channel: ${here.channelId}, directory: ${here.directory}, allowedUsers: [alice] }`,
    `  api: { channel: ${here.channelId}, directory: ${api}, allowedUsers: [bob] }`,
    `  docs: { channel: ${docs}, directory: ${docsPlace}, allowedUsers: [bob] }`,
    `directMessages: { directory: ${direct}, allowedUsers: [alice, bob] }`,
  ];
  write(file, lines);
  const elsewhere = { channel_id: docs };
  const env = { MATTERMOST_CHANNEL_ID: "" };
  return {
    ...here,
    docs: elsewhere,
    file,
    lines,
    serve: (more: Record<string, string> = {}) => here.ready({ env: { ...env, ...more } }),
    direct: (...people: readonly { readonly id: string }[]) => ({
      channel_id: here.sandbox.openConversation([here.bot.id, ...people.map(({ id }) => id)]).id,
    }),
    /** What the bot has said in a thread. */
    bySays: (root: string): string =>
      here
        .thread(root)
        .filter(({ userId }) => userId === here.bot.id)
        .map((post) => JSON.stringify(post))
        .join("\n"),
  };
}

function write(path: string, lines: readonly string[]): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${lines.join("\n")}\n`);
}

describe("names of projects", () => {
  attack(
    "in code, in a quote or by who is not listed they open no other project",
    async ({ tried, happened }) => {
      const here = await projects();
      await here.serve();
      const plain = [
        "`in api: RUN echo plain`",
        "> in api: RUN echo plain",
        "```\nin api: RUN echo plain\n```",
      ];
      const roots = await Promise.all(plain.map((text) => here.alice.say(`@claude-code ${text}`)));
      const own = await here.alice.say("@claude-code in api: RUN echo leaked");
      const strangers = [
        "in api: RUN echo leaked",
        "in docs: RUN echo leaked",
        "in nothing: RUN echo leaked",
      ];
      const strange = await here.mallory.say(`@claude-code ${strangers[0]}`);
      for (const text of strangers.slice(1)) await here.mallory.say(`@claude-code ${text}`);
      tried(
        "alice, who is listed in web, wrote in api: in code, in a quote, in a block and plainly; mallory, who is listed nowhere, named api, docs and nothing",
      );
      for (const root of roots) {
        await here.says(root, "| 📦 **Project** | `web` |");
      }
      for (const root of [own, strange]) {
        await here.says(root, "you are not among those who may start a session");
      }
      await here.passes();
      expect(here.heard()).not.toContain("leaked");
      expect(
        here.allPosts().filter((post) => JSON.stringify(post).includes("The projects of this channel")),
      ).toEqual([]);
      happened(
        `${count(roots.length, "message")} of alice's were sentences in web; by its name api was refused, and mallory was not told which projects there are`,
      );
    },
  );

  attack("look-alike names mean no project, neither that nor the first", async ({ tried, happened }) => {
    const here = await projects();
    await here.serve();
    const names = [
      "\u0430pi",
      "\uFF41pi",
      "a\u200Bpi",
      "\u202Eipa",
      "\u2066api\u2069",
      "ap\u0131",
      "api\u0301",
    ];
    const roots = [];
    for (const [at, name] of names.entries()) {
      const who = [here.alice, here.bob][at % 2] ?? here.alice;
      roots.push(await who.say(`@claude-code in ${name}: RUN echo leaked`));
    }
    tried(
      "alice and bob named api in Cyrillic, wide, with invisible signs, right to left, with a dotless i and an accent",
    );
    await here.says(roots[0] ?? "", "There is no project");
    await here.passes();
    expect(here.heard()).not.toContain("leaked");
    // Nobody is answered as often as that at once.
    const answers = roots.map(here.bySays).filter((text) => text !== "");
    expect(answers.every((text) => text.includes("There is no project"))).toBe(true);
    expect(answers.join()).not.toMatch(/[\u200B\u202E\u2066]/);
    const capital = await here.bob.say("@claude-code in API: RUN echo mine");
    await here.says(capital, "| 📦 **Project** | `api` |");
    happened(
      "each was no project, and what nobody sees was shown in the answer; only API, in capitals, is api",
    );
  });
});

describe("the rights of another project", () => {
  attack(
    "who is listed in one decides, steers and speaks in no thread of another",
    async ({ tried, happened }) => {
      const here = await projects();
      await here.serve();
      const { root, card } = await waiting(here);
      for (const emoji of ["+1", "white_check_mark", "-1", "x", "double_vertical_bar"]) {
        await here.bob.react(card.id, emoji);
      }
      const words = ["no", "yes", "!stop", "!invite @bob", "!permissions interactive"];
      for (const text of [...words, "in api: RUN echo leaked", "@claude-code in api: RUN echo leaked"]) {
        await here.bob.say(text, root);
      }
      const link = `${here.sandbox.url}/lab/pl/${card.id}`;
      const own = await here.bob.say(`@claude-code in api: RUN echo ${link} yes`);
      await here.says(own, "| 📦 **Project** | `api` |");
      tried(
        "bob, who is listed in api, put 👍 ✅ 👎 ❌ ⏸️ on web's card, and wrote consent, a denial, commands and in api: in its thread, and its permalink in his own",
      );
      expect(isOpen(here, card)).toBe(true);
      const outcome = await expectOpen(here, root, card);
      await here.passes();
      expect(here.heard()).not.toContain("leaked");
      expect(here.text(root)).toContain("@bob wants to send a message");
      expect(here.text(root)).not.toMatch(/cancelled|Interrupted|@bob can now/);
      happened(`bob was a guest there, as anybody: ${outcome}; his own thread in api went on`);
    },
  );

  attack(
    "posts and reactions of another channel reach no session, whatever they name",
    async ({ tried, happened }) => {
      const here = await projects();
      const relay = await startRelay(here.sandbox.url);
      await here.serve({ MATTERMOST_URL: relay.url });
      const { root, card } = await waiting(here);
      const there = await here.bob.say("@claude-code RUN bash", "", here.docs);
      const other = await here.card(there);
      await here.alice.react(other.id, "+1");
      await here.alice.say("yes", there, here.docs);
      const now = { create_at: Date.now(), props: {}, type: "", ...here.docs };
      for (const [at, message] of ["no", "!stop", "RUN echo leaked"].entries()) {
        const id = `forged${at}`.padEnd(26, "x");
        const post = { ...now, id, user_id: here.alice.id, root_id: root, message };
        relay.inject("posted", { post: JSON.stringify(post) });
      }
      const reaction = { user_id: here.bob.id, post_id: card.id, create_at: Date.now() };
      for (const emoji_name of ["+1", "x"]) {
        relay.inject("reaction_added", { reaction: JSON.stringify({ ...reaction, emoji_name }) });
      }
      tried(
        "alice (of web) decided about a card of docs; posts of docs named web's thread, and 👍 and ❌ of bob (of docs) on web's card came without their channel",
      );
      const outcome = await expectOpen(here, root, card);
      await here.passes();
      expect(here.heard()).not.toContain("leaked");
      expect(here.text(there)).toContain("👍 allow");
      await here.bob.react(other.id, "-1");
      await here.says(there, "**Denied** by @bob");
      happened(`docs' card waited for bob, and in web ${outcome}`);
    },
  );
});

describe("direct messages", () => {
  attack("only people who are listed for them are heard", async ({ tried, happened }) => {
    const here = await projects();
    const robot = here.as(here.join("robot", true));
    const relay = await startRelay(here.sandbox.url);
    await here.serve({ MATTERMOST_URL: relay.url });
    const stranger = await here.mallory.say("RUN echo leaked", "", here.direct(here.mallory));
    await here.says(stranger, "you are not among those who may start a session");
    const fromRobot = await robot.say("RUN echo leaked", "", here.direct(robot));
    const own = here.direct(here.alice);
    const { url } = here.sandbox.createWebhook({ userId: here.alice.id, channelId: own.channel_id });
    await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text: "RUN echo leaked" }),
    });
    const group = here.direct(here.alice, here.mallory);
    const talk = await here.alice.say("RUN echo leaked", "", group);
    await here.mallory.say("@claude-code RUN echo leaked", "", group);
    const withBob = here.direct(here.bob);
    here.sandbox.setUserActive(here.bob.id, false);
    await relay.passed("user_updated");
    const forged = { id: "forged".padEnd(26, "x"), user_id: here.bob.id, root_id: "", type: "", props: {} };
    const post = { ...withBob, ...forged, message: "RUN echo leaked", create_at: Date.now() };
    relay.inject("posted", { post: JSON.stringify(post), channel_type: "D" });
    tried(
      "mallory, another bot, a webhook of alice's and bob, who is listed and was deactivated, wrote directly; in a group alice wrote without a mention, and mallory with one",
    );
    const hello = await here.alice.say("RUN echo hello", "", own);
    await here.says(hello, "hello");
    await here.passes();
    expect(here.heard()).not.toContain("leaked");
    expect([fromRobot, talk].filter((root) => here.thread(root).length > 1)).toEqual([]);
    happened(
      "mallory was told no; nobody else was answered; alice's own direct message was, without a mention",
    );
  });
});

describe("branches", () => {
  attack("a name that escapes, or looks like an option, is no branch", async ({ tried, happened }) => {
    const here = await projects();
    const git = (...args: readonly string[]): string =>
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.org", ...args], {
        cwd: here.directory,
        env: { PATH: process.env["PATH"], HOME: here.home },
        encoding: "utf8",
      });
    git("init", "--quiet", "--initial-branch=main");
    git("commit", "--quiet", "--allow-empty", "--message=first");
    await here.serve();
    const around = (): string[] => readdirSync(dirname(here.directory)).filter((name) => name !== "given");
    const before = around();
    const names = ["../../x", "-rf", "--upload-pack=id", "/etc/x", ".git/hooks/x", "refs/heads/main"];
    names.push("$(id)..", "x.lock", "a\u202Eb", "x`id`");
    const roots = [];
    for (const name of names) {
      roots.push(await here.alice.say(`@claude-code on branch ${name}: RUN echo leaked`));
    }
    tried(
      `alice asked for branches that leave the directory, are options, commands, files or full names of git's`,
    );
    for (const [at, name] of names.entries()) {
      const root = roots[at] ?? "";
      await here.says(root, "can't be the name of a branch");
      expect([name, here.bySays(root).includes("The session could not begin")]).toEqual([name, true]);
    }
    await here.passes();
    expect(here.heard()).not.toContain("leaked");
    expect(hasRun(here)).toBe(false);
    expect(git("branch", "--format=%(refname)")).toBe("refs/heads/main\n");
    expect(around()).toEqual(before);
    expect(existsSync(join(here.home, ".local", "share", "mm-claude", "worktrees"))).toBe(false);
    happened("each was refused with what is wrong with it, and git has no other branch");
  });
});

describe("files", () => {
  attack("a projects.yaml in a project's own directory is nobody's settings", async ({ tried, happened }) => {
    const here = await projects();
    const daemon = await here.serve();
    const planted = [
      "projects:",
      `  web: { channel: ${here.channelId}, directory: ${here.directory}, allowedUsers: [], skipPermissions: true }`,
    ];
    for (const path of ["projects.yaml", ".config/mm-claude/projects.yaml", ".mm-claude/projects.yaml"]) {
      write(join(here.directory, path), planted);
    }
    const first = await here.mallory.say("@claude-code RUN echo leaked");
    await here.says(first, "you are not among those who may start a session");
    daemon.signal("SIGTERM");
    await daemon.exit;
    await here.serve();
    await here.mallory.say("@claude-code RUN echo leaked");
    tried(
      "a projects.yaml that lets everyone in lay in web's directory, in three places, also at a start there",
    );
    const { root, card } = await waiting(here);
    const outcome = await expectOpen(here, root, card);
    expect(here.heard()).not.toContain("leaked");
    happened(`mallory stayed refused, and permissions were asked for: ${outcome}`);
  });

  attack("no link makes mm-claude's own files a project", async ({ tried, happened }) => {
    const here = await projects();
    const daemon = await here.serve();
    const links = ["config", "nested"].map((name) => join(here.home, name));
    symlinkSync(join(here.home, ".config"), links[0] ?? "");
    symlinkSync(links[0] ?? "", links[1] ?? "");
    const before = readFileSync(here.file, "utf8");
    const outputs: string[] = [];
    for (const link of [...links, join(links[1] ?? "", "mm-claude")]) {
      const args = ["project", "add", link, "--channel", here.channelId, "--name", "own"];
      const add = here.start({ args, env: { MATTERMOST_CHANNEL_ID: "" } });
      expect((await add.exit).code).toBe(1);
      outputs.push(add.output());
    }
    expect(readFileSync(here.file, "utf8")).toBe(before);
    write(here.file, [
      ...here.lines.slice(0, -1),
      `  own: { channel: ${here.channelId}, directory: ${links[1]}, allowedUsers: [mallory] }`,
    ]);
    await daemon.prints("and what it was before goes on");
    tried(
      "mm-claude project add was given links to ~/.config, and one was written into projects.yaml by hand",
    );
    for (const text of [...outputs, daemon.output()]) {
      expect(text).toMatch(/it (?:holds|is inside of) mm-claude's own files/);
    }
    const root = await here.mallory.say("@claude-code in own: RUN echo leaked");
    await here.says(root, "you are not among those who may start a session");
    await here.passes();
    expect(here.heard()).not.toContain("leaked");
    happened("each was refused with its reason, and the mm-claude that ran went on by what it had");
  });
});
