// Sessions on branches of their own, in git worktrees: with the real git, and Claudes in this process that write files
// where they are started.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Project } from "../../src/config/project.ts";
import { ownPaths } from "../../src/setup/token-exposure.ts";
import { gitEnvironment, gitWorld } from "../support/git-world.ts";
import { inProcessClaude } from "../support/in-process-claude.ts";
import { startWorld, type WorldOptions } from "../support/world.ts";

async function worktreeWorld(more: Partial<Project> = {}, options: Partial<WorldOptions> = {}) {
  const environment = gitEnvironment();
  const git = gitWorld(environment);
  const claude = inProcessClaude(async (turn) => {
    const { directory } = turn.start;
    const [, file, text] = /^write (\S+) (.+)$/s.exec(turn.text) ?? [];
    if (file !== undefined) {
      writeFileSync(join(directory, file), `${text}\n`);
    }
    if (turn.text === "commit") {
      git.run(directory, "add", "--all");
      git.run(directory, "commit", "--quiet", "-m", "Work");
    }
    if (turn.text === "wait") {
      await turn.ask("go on");
    }
    if (turn.text.startsWith("send ")) {
      const result = await turn.use("send_file", { path: turn.text.slice("send ".length) });
      turn.say(result === "denied" ? "denied" : result.text);
    }
    if (turn.text === "what is denied") {
      turn.say((turn.start.deniedPaths ?? []).join("\n"));
    }
    turn.say(`On ${git.run(directory, "branch", "--show-current")}: ${turn.text}`);
  });
  const world = await startWorld({
    claudePath: "claude",
    environment: {},
    startClaude: claude.start,
    worktrees: { environment, root: git.root },
    config: { directory: git.directory, approvers: ["alice"] },
    ...options,
  });
  await world.serve([{ ...world.project, ...more }]);
  const begin = async (text: string): Promise<string> => world.people.alice.say(`@claude-code ${text}`);
  return { world, git, begin, environment };
}

test("a session on a branch works in a worktree, shows its change, and merges it", async () => {
  const { world, git, begin } = await worktreeWorld();
  const { alice, bob } = world.people;
  const root = await begin("on branch fix-cart: write cart.txt two coupons");
  await world.says(root, "On fix-cart: write cart.txt two coupons");
  await world.says(root, "| 🌿 **Worktree** | `fix-cart` +1 −0 from `main` |");
  await world.says(root, "| 📂 **Directory** |");
  expect(world.text(root)).toContain(git.directory);
  expect(existsSync(join(git.directory, "cart.txt"))).toBe(false);

  await bob.say("!diff", root);
  await world.says(root, /\+two coupons/);
  await alice.say("!merge", root);
  await world.says(root, "1 file of `fix-cart` is not committed: `cart.txt`. Commit it first.");
  await alice.say("commit", root);
  await world.says(root, "On fix-cart: commit");
  await bob.say("!merge", root);
  await world.says(root, "⚠️ Only `@alice` can do that, `@bob`");
  await alice.say("!merge", root);
  await world.says(root, /✅ `fix-cart` is merged into `main` by @alice: \+1 −0 in 1 file/);
  expect(readFileSync(join(git.directory, "cart.txt"), "utf8")).toBe("two coupons\n");

  await alice.say("!worktree remove", root);
  await world.says(
    root,
    "The worktree of `fix-cart` is removed by @alice, and so is its branch. The session is over.",
  );
  expect(git.run(git.directory, "branch", "--format=%(refname:short)")).toBe("main");
  expect(git.run(git.directory, "worktree", "list").split("\n")).toHaveLength(1);
});

test("what is not merged is removed only when that is confirmed, and its branch stays", async () => {
  const { world, git, begin } = await worktreeWorld();
  const { alice } = world.people;
  const root = await begin("on branch idea: write idea.txt more");
  await world.says(root, "On idea: write");
  await alice.say("commit", root);
  await world.says(root, "On idea: commit");
  await alice.say("!worktree remove", root);
  await world.says(root, /Merge it first, or confirm.*`!worktree remove confirm`/);
  await alice.say("!worktree remove confirm", root);
  await world.says(root, "its branch is kept. The session is over.");
  expect(git.run(git.directory, "branch", "--format=%(refname:short)")).toBe("idea\nmain");
});

test("a long change is attached as a patch that git applies", async () => {
  const { world, git, begin } = await worktreeWorld();
  const { alice } = world.people;
  const lines = Array.from({ length: 300 }, (_, index) => `line ${index}`).join("\n");
  const root = await begin(`on branch long: write long.txt ${lines}`);
  await world.says(root, "On long: write");
  await alice.say("!diff", root);
  const post = await world.says(root, "the change is in the attached file");
  const { file_ids: [file] = [] } = (await (await alice.request("GET", `/posts/${post.id}`)).json()) as {
    readonly file_ids?: readonly string[];
  };
  expect(post.files).toEqual(["long.patch"]);
  const response = await alice.request("GET", `/files/${file}`);
  const patch = Buffer.from(await response.arrayBuffer());
  execFileSync("git", ["apply", "--check", "-"], { cwd: git.directory, input: patch });
  expect(patch.toString()).toContain("+line 299");
});

test("two sessions on one branch are refused, and the second may have the branch when the first is over", async () => {
  const { world, begin } = await worktreeWorld();
  const { alice } = world.people;
  const first = await begin("on branch one: hello");
  await world.says(first, "On one: hello");
  const second = await begin("on branch one: hello too");
  await world.says(second, "Another session works on `one`. Stop that one first, or name another branch.");
  await world.says(second, "🛑 ended");
  await alice.say("!stop", first);
  await world.says(first, "`one` is kept. To remove its worktree");
  const third = await begin("on branch one: and me");
  await world.says(third, "On one: and me");
  const asked = await begin("worktree remove one");
  await world.says(asked, "A session works on `one`. Stop it first");
  await alice.say("!stop", third);
  await world.says(third, "`one` is kept");
  await world.says(await world.people.mallory.say("@claude-code worktree remove one"), "not among those");
  await world.says(await begin("worktree remove two"), "There is no worktree of `two` here");
  await world.says(
    await begin("worktree remove one"),
    "The worktree of `one` is removed, its branch is kept.",
  );
});

test("a branch that can't be is refused with a reason, and nothing of it is left", async () => {
  const { world, git, begin } = await worktreeWorld();
  for (const [name, why] of [
    ["../../x", "it has `..` in it"],
    ["-rf", "it begins with `-`"],
    ["main", "is checked out in"],
  ] as const) {
    const root = await begin(`on branch ${name}: hello`);
    await world.says(root, why);
    expect(world.text(root)).not.toContain("On ");
  }
  expect(git.run(git.directory, "worktree", "list").split("\n")).toHaveLength(1);
});

test("a restart, and a worktree that was deleted meanwhile, are found again on the branch", async () => {
  const { world, git, begin } = await worktreeWorld();
  const { alice } = world.people;
  const root = await begin("on branch keep: write a.txt one");
  await world.says(root, "On keep: write");
  await alice.say("commit", root);
  await world.says(root, "On keep: commit");
  await world.restart();
  await alice.say("after the restart", root);
  await world.says(root, "On keep: after the restart");
  const [, line = ""] = git.run(git.directory, "worktree", "list").split("\n");
  const [top = ""] = line.split(" ");
  await world.restart(async () => rmSync(top, { recursive: true }));
  await alice.say("after the loss", root);
  await world.says(root, "On keep: after the loss");
  expect(existsSync(join(git.directory, "a.txt"))).toBe(false);
});

test("while Claude works its worktree is neither merged nor removed", async () => {
  const { world, begin } = await worktreeWorld();
  const { alice } = world.people;
  const root = await begin("on branch busy: wait");
  const card = await world.says(root, "go on");
  await alice.say("!merge", root);
  await world.says(root, "Claude is at work in this worktree");
  await alice.react(card.id, "+1");
  await world.says(root, "On busy: wait");
});

test("with `always` each session has a branch that says what it is for", async () => {
  const { world, begin } = await worktreeWorld({ worktree: "always" });
  const root = await begin("Fix the LOGIN, please!");
  await world.says(root, /On claude\/fix-the-login-please-[a-z0-9]{4}: Fix the LOGIN/);
});

test("with `ask` people choose, and whoever is not one of them does not", async () => {
  const { world, begin } = await worktreeWorld({ worktree: "ask" });
  const { alice, mallory } = world.people;
  const here = await begin("hello here");
  const question = await world.says(here, "A branch of its own?");
  await mallory.react(question.id, "herb");
  await alice.react(question.id, "open_file_folder");
  await world.says(here, "On main: hello here");
  await world.says(here, "@alice chose to work right in the directory");

  const there = await begin("hello there");
  const asked = await world.says(there, "A branch of its own?");
  await world.restart(async () => {
    await alice.react(asked.id, "herb");
  });
  await world.says(there, /On claude\/hello-there-\w{4}: hello there/);
});

test("in a directory without git the thread says what to do", async () => {
  const { world, git, begin } = await worktreeWorld();
  rmSync(join(git.directory, ".git"), { recursive: true });
  const root = await begin("on branch x: hello");
  await world.says(root, /is in no git repository. To make one: `git -C/);
  await world.says(root, "The session could not begin. Mention me to start another.");
});

test("settings with a token are nobody's to see in the worktree, where they are checked out, nor in the directory", async () => {
  const { world, git, begin } = await worktreeWorld(
    {},
    {
      deniedPathsIn: (cwd) =>
        ownPaths({ cwd, home: "/no/such/home", configHome: undefined }, "/no/such/state"),
    },
  );
  writeFileSync(join(git.directory, ".env"), "MATTERMOST_TOKEN=swordfish\n");
  git.run(git.directory, "add", "--force", ".env");
  git.run(git.directory, "commit", "--quiet", "-m", "Settings");
  const root = await begin("on branch look: what is denied");
  await world.says(root, "On look: what is denied");
  const top = git.run(git.directory, "worktree", "list").split("\n")[1]?.split(" ")[0] ?? "";
  expect(existsSync(join(top, ".env"))).toBe(true);
  for (const directory of [top, git.directory]) {
    expect(world.text(root)).toContain(join(directory, ".env"));
    const { length } = world.thread(root);
    await world.people.alice.say(`send ${directory}/.env`, root);
    await world.until(root, (posts) =>
      posts.slice(length).some(({ message }) => message.includes("it is never sent, whoever asks")),
    );
  }
});
