// Worktrees where Claude is: the built program here, a repository, git and the real CLI behind a real sshd. The tests go
// on from one another.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scriptedEnvironment } from "../../sandbox/model/environment.ts";
import { scenes } from "../../sandbox/model/scenes.ts";
import { type GitWorld, gitWorld } from "../support/git-world.ts";
import { type ProjectsWorld, projectScenes, projectsWorld } from "../support/projects-world.ts";
import { realClaudes } from "../support/real-claude.ts";
import { sharedModel } from "../support/shared-model.ts";
import { hasSshServer, type SshServer, startSshServer } from "../support/ssh-server.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const model = sharedModel([...projectScenes, ...scenes]);

describe.skipIf(!hasSshServer)("a project behind ssh", () => {
  let world: ProjectsWorld;
  let server: SshServer;
  let channel: string;
  let shop: GitWorld;
  const far = temporaryDirectory();
  /** All that goes there goes through one connection, which takes a fraction of the time. */
  const SHARED = ["ControlMaster=auto", `ControlPath=${join(far, "ssh")}`, "ControlPersist=20"].flatMap(
    (option) => ["-o", option],
  );
  const ends: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const claude = realClaudes().at(-1)?.path ?? "";
    writeFileSync(
      join(far, ".gitconfig"),
      "[init]\n\tdefaultBranch = main\n[user]\n\tname = Alice\n\temail = alice@example.org\n",
    );
    mkdirSync(join(far, "tmp"));
    const environment = {
      ...scriptedEnvironment(model.url, far),
      GIT_CONFIG_NOSYSTEM: "1",
      TMPDIR: join(far, "tmp"),
      XDG_DATA_HOME: "",
    };
    server = await startSshServer(
      Object.fromEntries(
        Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      ),
    );
    ends.push(() => server.stop());
    shop = gitWorld(
      { PATH: process.env["PATH"], HOME: far, GIT_CONFIG_NOSYSTEM: "1" },
      join(far, "src/my shop"),
    );
    world = await projectsWorld(model.url, claude, (end) => void ends.unshift(end));
    channel = world.channel("shop");
    const [ssh, ...words] = server.runner;
    world.configure(`projects:
  shop:
    channel: dev/shop
    directory: ${shop.directory}
    allowedUsers: [alice]
    claudePath: ${claude}
    runner: ${JSON.stringify([ssh, ...SHARED, ...words])}
`);
    await world.ready();
  });

  afterAll(async () => {
    for (const end of ends) await end();
  });

  const allow = async (root: string) => world.alice.react((await world.card(root)).id, "white_check_mark");

  test("begins a session on a branch there, shows its change, merges it, and takes its worktree away", async () => {
    const root = await world.alice.say(
      channel,
      "@claude-code on branch fix-größe: SH: echo two coupons > 'car t.txt' && pwd",
    );
    await allow(root);
    await world.says(root, "The shell said:");
    await world.says(root, "| 🌿 **Worktree** | `fix-größe` +1 −0 from `main` |");
    const top = shop
      .run(shop.directory, "worktree", "list", "--porcelain")
      .split("\n")
      .findLast((line) => line.startsWith("worktree "))
      ?.slice("worktree ".length);
    expect(top?.startsWith(join(far, ".local/share/mm-claude/worktrees/my-shop-"))).toBe(true);
    expect(world.text(root)).toContain(`The shell said: ${top}`);
    expect(existsSync(join(world.home, ".local/share/mm-claude/worktrees"))).toBe(false);

    await world.alice.say(channel, "!diff", root);
    await world.says(root, /```diff\n[^`]*\+two coupons\n```\n🌿 \*\*`fix-größe`\*\* since `main`\./);
    await world.alice.say(channel, "!merge", root);
    await world.says(root, "⚠️ 1 file of `fix-größe` is not committed: `car t.txt`. Commit it first.");

    await world.alice.say(
      channel,
      "SH: seq 1 300 > long.txt && printf 'gr\\366\\337e\\n' > latin.txt && git add -A && git commit -qm Cart && git log --oneline",
      root,
    );
    await world.says(root, /\w+ Cart\n\w+ First/);
    await world.says(root, "`fix-größe` +302 −0 from `main`");
    await world.alice.say(channel, "!diff", root);
    const { id } = await world.says(root, "the change is in the attached file.");
    const clone = temporaryDirectory();
    shop.run(clone, "clone", "--quiet", shop.directory, ".");
    execFileSync("git", ["apply", "-"], { cwd: clone, input: await world.attached(id) });
    expect(readFileSync(join(clone, "long.txt"), "utf8").split("\n")).toHaveLength(301);

    await world.alice.say(channel, "!merge", root);
    await world.says(root, /^✅ `fix-größe` is merged into `main` by @alice: \+302 −0 in 3 files, `\w{10}`$/);
    expect(shop.run(shop.directory, "log", "--format=%s")).toBe("Cart\nFirst");
    await world.alice.say(channel, "!worktree", root);
    await world.says(root, /`fix-größe` is in `\S+\/mm-claude\/worktrees\/my-shop-\w+\/\S+`/);
    await world.alice.say(channel, "!worktree remove", root);
    await world.says(root, "removed by @alice, and so is its branch. The session is over.");
    expect(shop.run(shop.directory, "branch", "--list")).toBe("* main");
    expect(existsSync(top ?? "")).toBe(false);
  });

  test("says so when its machine is gone, and goes on in the worktree when it is back", async () => {
    const root = await world.alice.say(channel, "@claude-code on branch night: SH: echo kept > kept.txt");
    await allow(root);
    await world.says(root, "`night` +1 −0 from `main`");
    await server.stop();
    await world.alice.say(channel, "!diff", root);
    await world.says(root, /⚠️ \S+@127\.0\.0\.1` can't be reached: `.*Connection refused/);
    const other = await world.alice.say(channel, "@claude-code on branch day: SH: true");
    await world.says(other, /can't be reached[\s\S]*I keep your message/);
    await server.start();
    await world.says(other, "is back");
    await world.says(other, "from `main`");
    await world.alice.say(channel, "!diff", root);
    await world.says(root, "+kept");
    await world.alice.say(channel, "RUN where, says the owl", root);
    await world.says(root, /I work in \S+\/worktrees\/my-shop-\w+\/night\./);
    expect(shop.run(shop.directory, "branch", "--format=%(refname:short)")).toBe("day\nmain\nnight");
  });
});
