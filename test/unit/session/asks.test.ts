import { expect, test } from "vitest";
import type { RequestId } from "../../../src/claude/types.ts";
import type { PostId } from "../../../src/mattermost/types.ts";
import {
  asks,
  createScript,
  INVITED,
  LISTED,
  OTHER,
  OWNER,
  permission,
  person,
  plan,
  question,
  toolResult,
  toolUse,
  turnEnded,
  user,
  working,
} from "../../support/session-script.ts";

test("a tool's line waits for its card, and the card stands for it with its outcome", () => {
  const script = working();
  script.claude(toolUse("tool-r", "Bash", { command: "npm test" }));
  expect(script.posts.size).toBe(0);
  script.claude(permission("r"));
  script.react(OWNER, script.postCard(), "+1");
  script.claude(toolResult("tool-r", "one\ntwo"));
  script.flush();
  script.claude(turnEnded());
  const posts = [...script.posts.values()];
  expect(posts).toHaveLength(1);
  expect(posts[0]).toContain("✅ **Allowed** by @alice ↳ ✅ 2 lines");
  expect(posts[0]).toContain("npm test");
});

test("a tool nobody asks about shows its line once its time is over, or with its result", () => {
  const script = working();
  script.claude(toolUse("a", "Read", { file_path: "/home/alice/project/x.ts" }));
  script.flush();
  expect([...script.posts.values()]).toEqual(["📄 **Read** `x.ts`"]);
  script.claude(toolResult("a", "l1\nl2"));
  script.flush();
  expect([...script.posts.values()]).toEqual(["📄 **Read** `x.ts` ↳ ✅ 2 lines"]);
});

test("a card shows the whole command, in a file where it must, and mentions the owner", () => {
  const script = working();
  const command = Array.from({ length: 9000 }, (_, at) => `echo ${at}`).join("\n");
  const [put] = script.claude(permission("r", command)).filter((effect) => effect.type === "put");
  expect(put?.markdown).toContain("⚠️ **Permission requested** · @alice");
  expect(put?.markdown).toContain("in the file `command.sh`");
  expect(put?.file?.text).toContain(command);
});

test("a card calls the approvers when the owner is none, and only they decide", () => {
  const carol = person("carol");
  const script = working({
    approvers: () => ["carol"],
    rightsOf: (id) => ({ isListed: true, isApprover: id === carol.id }),
  });
  script.claude(permission("r"));
  expect(script.said()).toContain("⚠️ **Permission requested** · @carol");
  const card = script.postCard();
  script.react(OWNER, card, "+1");
  script.says(OWNER, "no, leave it");
  expect(script.answers()).toEqual([]);
  script.react(carol, card, "+1");
  expect(script.answers()).toMatchObject([{ behavior: "allow" }]);
});

test.each([
  ["+1", { behavior: "allow", updatedInput: { command: "npm test" } }, "✅ **Allowed** by @alice"],
  ["white_check_mark", { behavior: "allow" }, "✅ **Allowed for this session** by @alice"],
  [
    "-1",
    { behavior: "deny", message: expect.stringContaining("@alice denied this") },
    "👎 **Denied** by @alice",
  ],
])("%s on a permission is taken to Claude and said on the card", (emoji, answer, verdict) => {
  const script = working();
  script.claude(permission("r"));
  script.react(OWNER, script.postCard(), emoji);
  expect(script.answers()).toEqual([expect.objectContaining({ to: "r", ...answer })]);
  expect(script.said()).toContain(verdict);
});

test("an emoji that isn't a choice, an early removal and a second answer decide nothing", () => {
  const script = working();
  script.claude(permission("r"));
  const card = script.postCard();
  script.react(OWNER, card, "heart");
  script.react(OWNER, card, "one");
  script.react(OWNER, card, "eyes");
  script.react(OWNER, card, "+1", true);
  expect(script.answers()).toEqual([]);
  script.react(LISTED, card, "+1");
  script.react(OWNER, card, "-1");
  script.react(OWNER, card, "-1");
  expect(script.answers()).toEqual([expect.objectContaining({ behavior: "allow" })]);
});

test("an emoji on another post of the thread decides nothing", () => {
  const script = working();
  script.claude(permission("r"));
  script.postCard();
  script.react(OWNER, "m1", "+1");
  expect(script.answers()).toEqual([]);
});

test("an emoji that came before the card's id was known counts once it is", () => {
  const script = working();
  script.claude(permission("r"));
  script.react(OTHER, "c1", "-1");
  script.react(OWNER, "c1", "+1");
  expect(script.answers()).toEqual([]);
  script.postCard();
  expect(script.answers()).toEqual([expect.objectContaining({ behavior: "allow" })]);
});

test("each of several open permissions has its own answer", () => {
  const script = working();
  script.claude(permission("one", "a"));
  const first = script.postCard();
  script.claude(permission("two", "b"));
  const second = script.postCard();
  script.react(OWNER, second, "-1");
  script.react(OWNER, first, "+1");
  expect(script.answers()).toMatchObject([
    { to: "two", behavior: "deny" },
    { to: "one", behavior: "allow", updatedInput: { command: "a" } },
  ]);
});

test("allow all allows what else is open and what comes, until somebody takes it back", () => {
  const script = working();
  script.claude(permission("one"));
  script.claude(permission("two"));
  script.state.asks.forEach((ask, at) => {
    script.take({ type: "posted", key: ask.key, postId: `c${at}` as PostId });
  });
  script.react(OWNER, "c0", "white_check_mark");
  script.claude(permission("three"));
  expect(script.answers().map((answer) => (answer as { to: string }).to)).toEqual(["one", "two", "three"]);
  expect(script.posts.get("header")).toContain("| ⚡ **Permissions** | Auto |");
  script.command(OWNER, { name: "permissions", mode: "interactive" });
  script.claude(permission("four"));
  expect(script.answers()).toHaveLength(3);
  expect(script.state.asks).toHaveLength(1);
  expect(script.posts.get("header")).toContain("| 🔐 **Permissions** | Interactive |");
  expect(script.said()).toContain("🔐 Interactive permissions enabled for this session by @alice");
});

test("with permissions skipped every tool is allowed without a card", () => {
  const script = working({ isAuto: true });
  script.claude(permission("r"));
  expect(script.answers()).toEqual([{ to: "r", behavior: "allow", updatedInput: { command: "npm test" } }]);
  expect(script.state.asks).toEqual([]);
});

test.each([
  ["no", ""],
  ["No.", ""],
  ["deny", ""],
  ["no, use pnpm", "use pnpm"],
  ["deny: too risky", "too risky"],
])("a reply of %j denies, with the reason %j", (text, reason) => {
  const script = working();
  script.claude(permission("r"));
  script.postCard();
  script.says(OWNER, text);
  expect(script.answers()).toEqual([
    { to: "r", behavior: "deny", message: expect.stringContaining(reason === "" ? "no reason" : reason) },
  ]);
  expect(script.state.queue).toEqual([]);
});

test.each([
  "not now, but later",
  "nothing",
  "node is slow",
  "yes",
  "no problem",
  "No worries, go on",
  "denying is bad",
])("a reply of %j queues and denies nothing", (text) => {
  const script = working();
  script.claude(permission("r"));
  script.says(OWNER, text);
  expect(script.answers()).toEqual([]);
  expect(script.state.queue).toMatchObject([{ text }]);
  expect(script.state.asks).toHaveLength(1);
});

test("an invited person's no queues: they approve no tools", () => {
  const script = working();
  script.command(OWNER, { name: "invite", username: "ivy", user: user("ivy") });
  script.claude(permission("r"));
  script.says(INVITED, "no");
  expect(script.answers()).toEqual([]);
  expect(script.state.queue).toHaveLength(1);
});

test("a plan is shown as Markdown; once one is approved, later plans go on by themselves, in full", () => {
  const script = working();
  script.claude(plan("p1", "# Plan\n\n- one"));
  const card = script.postCard();
  expect(script.said()).toContain("# Plan\n\n- one");
  expect(script.said()).toContain("👍 start building · 👎 request changes");
  script.react(OWNER, card, "white_check_mark");
  expect(script.answers()).toEqual([]);
  script.react(OWNER, card, "+1");
  const long = Array.from({ length: 4000 }, (_, at) => `- step ${at}`).join("\n");
  script.claude(plan("p2", long));
  expect(script.answers()).toMatchObject([
    { to: "p1", behavior: "allow" },
    { to: "p2", behavior: "allow" },
  ]);
  expect(script.state.asks).toEqual([]);
  expect([...script.posts.values()].join("\n").match(/^- step \d+$/gm)).toEqual(long.split("\n"));
});

test("a reply to a plan is the changes; 👎 alone asks for them; the next plan is asked about again", () => {
  const script = working();
  script.claude(plan("p1"));
  script.postCard();
  script.says(OWNER, "no tests yet");
  script.claude(plan("p2"));
  script.react(OWNER, script.postCard(), "-1");
  script.claude(plan("p3"));
  expect(script.answers()).toMatchObject([
    { to: "p1", behavior: "deny", message: expect.stringContaining("no tests yet") },
    { to: "p2", behavior: "deny" },
  ]);
  expect(script.state.asks).toHaveLength(1);
});

test("questions are asked one at a time, and the answers reach Claude together", () => {
  const script = working();
  script.claude(asks("q", question("Which?", ["red", "blue"]), question("How?", ["fast"])));
  expect(script.state.asks).toHaveLength(1);
  const first = script.postCard();
  expect(script.said()).toContain("❓ **Question** *(1/2)* · @alice");
  expect(script.said()).toContain("2️⃣ **blue**");
  script.react(OWNER, first, "three");
  expect(script.state.asks[0]).toMatchObject({ index: 0 });
  script.react(OWNER, first, "two");
  expect(script.said()).toContain("❓ **Question** *(2/2)* · @alice");
  script.react(OWNER, first, "one");
  script.postCard();
  script.says(LISTED, "slowly, please");
  expect(script.answers()).toEqual([
    {
      to: "q",
      behavior: "allow",
      updatedInput: expect.objectContaining({
        answers: { "Which?": "blue", "How?": "[@bob]: slowly, please" },
      }),
    },
  ]);
  expect(script.state.queue).toEqual([]);
});

test("where a question takes several, choices are put on and taken off until ✅", () => {
  const script = working();
  script.claude(asks("q", question("Which?", ["a", "b", "c"], true)));
  const card = script.postCard();
  script.react(OWNER, card, "white_check_mark");
  expect(script.answers()).toEqual([]);
  script.react(OWNER, card, "three");
  script.react(OWNER, card, "two");
  script.react(OWNER, card, "one");
  script.react(OWNER, card, "two", true);
  script.react(OWNER, card, "white_check_mark", true);
  script.react(OWNER, card, "white_check_mark");
  expect(script.answers()).toMatchObject([{ updatedInput: { answers: { "Which?": "a, c" } } }]);
});

test("a second set of questions while one is open keeps both", () => {
  const script = working();
  script.claude(asks("q1", question("One?", ["a"])));
  const first = script.postCard();
  script.claude(asks("q2", question("Two?", ["b"])));
  const second = script.postCard();
  script.react(OWNER, second, "one");
  script.react(OWNER, first, "one");
  expect(script.answers()).toMatchObject([
    { to: "q2", updatedInput: { answers: { "Two?": "b" } } },
    { to: "q1", updatedInput: { answers: { "One?": "a" } } },
  ]);
});

test("an ask that Claude takes back is marked so, answers nothing and takes no late answer", () => {
  const script = working();
  script.claude(permission("r"));
  const card = script.postCard();
  script.claude({ type: "askCancelled", requestId: "r" as RequestId });
  script.react(OWNER, card, "+1");
  script.says(OWNER, "no");
  expect(script.answers()).toEqual([]);
  expect(script.said()).toContain("⚪ **No longer needed**");
  expect(script.state.queue).toMatchObject([{ text: "no" }]);
});

test("what a subagent asks beside the turn stays open when the turn ends", () => {
  const script = working();
  script.claude(permission("r"));
  const card = script.postCard();
  script.claude(turnEnded());
  script.react(OWNER, card, "+1");
  expect(script.answers()).toMatchObject([{ to: "r", behavior: "allow" }]);
});

test("what is open when the turn ends is marked void, but a guest's message stays open", () => {
  const script = working();
  script.claude(toolUse("tool-r", "Bash", { command: "npm test" }));
  script.claude(permission("r"));
  const card = script.postCard();
  script.says(OTHER, "may I?");
  script.claude(turnEnded());
  script.react(OWNER, card, "+1");
  expect(script.answers()).toEqual([]);
  expect(script.state.asks).toMatchObject([{ kind: "guest" }]);
  expect(script.said()).toContain("⚪ **No longer open**");
});

test("a card that is deleted is posted again and its choices with it", () => {
  const script = working();
  script.claude(permission("r"));
  const card = script.postCard() as PostId;
  const effects = script.take({ type: "postDeleted", postId: card });
  expect(effects.map((effect) => effect.type)).toEqual(["repost", "react", "react", "react"]);
  script.react(OWNER, script.postCard(), "+1");
  expect(script.answers()).toHaveLength(1);
  expect(script.take({ type: "postDeleted", postId: "m1" as PostId })).toEqual([]);
});

test("several guests' messages wait, each with its own card, in the words of the guest", () => {
  const script = working();
  script.says(OTHER, "delete it all, @channel @bob");
  const first = script.postCard();
  script.says(person("gina"), "two\nlines");
  const second = script.postCard();
  script.says(OTHER, "and more");
  const third = script.postCard();
  const cards = [...script.posts.values()].filter((text) => text.includes("wants to send a message"));
  expect(cards).toHaveLength(3);
  expect(cards[0]).toContain(
    "🔒 @oscar wants to send a message · @alice\n```\ndelete it all, @channel @bob\n```\n",
  );
  expect(cards[1]).toContain("```\ntwo\nlines\n```\n");
  expect(cards[0]).toContain("React 👍 to allow this message, ✅ to invite them to the session, 👎 to deny");
  script.react(OWNER, second, "-1");
  script.react(OWNER, first, "+1");
  script.react(LISTED, third, "white_check_mark");
  expect(script.state.queue.map((message) => message.text)).toEqual([
    "delete it all, @channel @bob",
    "and more",
  ]);
  script.says(OTHER, "I am in now");
  expect(script.state.queue).toHaveLength(3);
  expect(script.posts.get("header")).toContain("| 👥 **Participants** | @\u200boscar |");
});

test("Claude types while it works, and not while it waits for a person", () => {
  const script = createScript();
  const typing = (): unknown[] =>
    script.effects.flatMap((effect) => (effect.type === "typing" ? [effect.isOn] : []));
  script.says(OWNER, "go");
  script.claude(permission("r"));
  script.react(OWNER, script.postCard(), "+1");
  script.claude(turnEnded());
  expect(typing()).toEqual([true, false, true, false]);
});
