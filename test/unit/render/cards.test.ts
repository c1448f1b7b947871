import { expect, test } from "vitest";
import {
  guestCard,
  openCard,
  permissionCard,
  planCard,
  questionCard,
  questionTitle,
  settledCard,
} from "../../../src/render/cards.ts";
import { type Header, renderHeader } from "../../../src/render/header.ts";
import { asWritten } from "../../../src/render/hidden-text.ts";
import { harmless, inlineCode, oneLine, quietMentions, showHidden } from "../../../src/render/markdown.ts";
import { isAllDone, isTaskTool, renderTasks, tasksAfter } from "../../../src/render/tasks.ts";
import type { FullTool } from "../../../src/render/tools.ts";
import { readLeaves } from "../../support/read-markdown.ts";

const HEADER: Header = {
  version: "0.1.0",
  directory: "/home/alice/project",
  home: "/home/alice",
  owner: "alice",
  participants: ["bob", "carol"],
  status: { kind: "live", slot: 1, background: 0 },
  maxSessions: 5,
  isAuto: false,
};

test("the header is the table people know", () => {
  expect(renderHeader(HEADER)).toBe(`### 🤖 mm-claude \`v0.1.0\`

| | |
|:--|:--|
| 📂 **Directory** | \`~/project\` |
| 👤 **Started by** | @\u200balice |
| 👥 **Participants** | @\u200bbob, @\u200bcarol |
| 🔢 **Session** | #1 of 5 max |
| 🔐 **Permissions** | Interactive |`);
});

test("the header names the machine where it isn't this one, and its directory as it is called there", () => {
  expect(renderHeader({ ...HEADER, machine: "dev@build1" })).toContain(
    "| 📂 **Directory** | `/home/alice/project` on `dev@build1` |",
  );
  expect(renderHeader({ ...HEADER, directory: "~/shop", machine: "a|b`c" }).split("\n")[4]).toBe(
    "| 📂 **Directory** | `~/shop` on `` a\\|b`c `` |",
  );
});

test("the header has participants only if there are any, and says Auto when permissions are skipped", () => {
  const text = renderHeader({ ...HEADER, participants: [], isAuto: true });
  expect(text).not.toContain("Participants");
  expect(text).toContain("| ⚡ **Permissions** | Auto |");
});

test("the header pings nobody, and a directory can't break its table", () => {
  expect(renderHeader(HEADER)).not.toMatch(/@[a-z]/);
  const row = renderHeader({ ...HEADER, directory: "/a|b`c\nd" }).split("\n")[4];
  expect(row?.replaceAll("\\|", "").split("|")).toHaveLength(4);
});

test("the header tells how many notes the session was given, if any", () => {
  expect(renderHeader({ ...HEADER, notes: 1 })).toContain("| 🗒️ **Memory** | 1 note |");
  expect(renderHeader({ ...HEADER, notes: 12 })).toContain("| 🗒️ **Memory** | 12 notes |");
  expect(renderHeader({ ...HEADER, notes: 0 })).toBe(renderHeader(HEADER));
});

test.each([
  [{ kind: "asleep" }, "asleep"],
  [{ kind: "ended" }, "ended"],
  [{ kind: "stopped" }, "⏹️ mm-claude"],
] as const)("the header of a session that is %j says so", (status, word) => {
  expect(renderHeader({ ...HEADER, status })).toContain(word);
});

const bash = (command: string): FullTool => ({
  headline: "💻 **Bash**",
  parts: [{ text: command, language: "sh" }],
  fileName: "command.sh",
});

test("a permission card shows all of what will run, and how to decide in its attachment", () => {
  const { card, file } = permissionCard(bash("npm test"), ["alice"], 16_383);
  expect(file).toBeUndefined();
  expect(openCard(card, 16_383)).toEqual([
    {
      markdown: "⚠️ **Permission requested** · @alice\n💻 **Bash**\n```sh\nnpm test\n```",
      attachment: { color: "#e8a33d", text: "👍 allow · ✅ allow all for this session · 👎 deny" },
    },
  ]);
});

test("a command of 60,000 characters goes along as a file, and its card says so", () => {
  const command = Array.from({ length: 6000 }, (_, at) => `line ${at}`).join("\n");
  const { card, file } = permissionCard(bash(command), ["alice"], 16_383);
  const posts = openCard(card, 16_383);
  expect(posts).toHaveLength(1);
  expect([...(posts[0]?.markdown ?? "")].length).toBeLessThanOrEqual(16_383);
  expect(posts[0]?.markdown).toContain("line 0\nline 1\n");
  expect(posts[0]?.markdown).toContain("All that will run is in the file `command.sh` below");
  expect(readLeaves(`${posts[0]?.markdown}\n\nAFTER`).at(-1)?.kind).toBe("paragraph");
  expect(file).toEqual({ name: "command.sh", text: `💻 **Bash**\n\n${command}` });
});

test("where the server takes no file, twelve posts show it, and what needs more can only be denied", () => {
  const command = (characters: number): string => "echo 1234\n".repeat(characters / 10).trim();
  const inPosts = permissionCard(bash(command(170_000)), ["alice"], 16_383, false);
  expect(inPosts.file).toBeUndefined();
  expect(inPosts.isIncomplete).toBeUndefined();
  expect(openCard(inPosts.card, 16_383).length).toBe(11);
  const incomplete = permissionCard(bash(command(1_000_000)), ["alice"], 16_383, false);
  expect(incomplete).toMatchObject({ isIncomplete: true, card: { choices: "👎 deny" } });
  expect(openCard(incomplete.card, 16_383)).toHaveLength(1);
  expect(incomplete.card.body).toContain("It has 1000011 characters");
});

test("a decided card says in its attachment who decided what", () => {
  const { card } = permissionCard(bash("ls"), ["alice"], 16_383);
  expect(settledCard(card, 16_383, "✅ **Allowed** by @bob", "good")).toEqual({
    markdown: "💻 **Bash**\n```sh\nls\n```",
    attachment: { color: "#3db887", text: "✅ **Allowed** by @bob" },
    about: "💻 **Bash**\n```sh\nls\n```",
  });
});

test.each([
  ["hi", "```\nhi\n```"],
  ["one\n\ntwo @bob", "```\none\n```"],
  ["word ".repeat(200).trim(), `\`\`\`\n${"word ".repeat(58).trim()}\n\`\`\``],
])("what was decided is told in short, and calls nobody", (words, about) => {
  const card = guestCard("carol", words, [], ["alice"]);
  expect(settledCard(card, 16_383, "✅", "good").about).toBe(about);
});

test("a decided question keeps its heading above its text, without calling anybody again", () => {
  const options = [{ label: "Red", description: "" }];
  const asked = { question: "Which?", header: "", multiSelect: false, options };
  const card = questionCard(asked, questionTitle(0, 2), ["alice"]);
  expect(settledCard(card, 16_383, "✅ **Red** (@bob)", "good").markdown).toBe(
    "❓ **Question** *(1/2)*\nWhich?\n\n1️⃣ **Red**",
  );
  const long = questionCard({ ...asked, question: "word ".repeat(400) }, questionTitle(0, 2), ["alice"]);
  expect(openCard(long, 1000).at(0)?.markdown).toContain("❓ **Question** *(1/2)* · @alice\nword");
  expect(settledCard(long, 1000, "✅ **Red** (@bob)", "good").markdown).not.toContain("❓");
});

test("a card calls the people who may decide, five at most", () => {
  const names = ["a", "b", "c", "d", "e", "f"];
  expect(permissionCard(bash("ls"), names, 16_383).card.head).toBe(
    "⚠️ **Permission requested** · @a @b @c @d @e",
  );
});

test("a plan keeps its Markdown, pings nobody and hides nothing", () => {
  const [post] = openCard(planCard("# Plan for @all\n- ask @bob\u202e", ["alice"], 16_383).card, 16_383);
  expect(post?.markdown).toContain("# Plan for @\u200ball\n- ask @\u200bbob⟨U+202E⟩");
});

test("a question shows its choices by number, in words that can't break them", () => {
  const options = [
    { label: "a*b\\", description: "one\ntwo" },
    { label: "`@all`", description: "" },
  ];
  const question = { question: "Which?", header: "", multiSelect: false, options };
  const [post] = openCard(questionCard(question, questionTitle(0, 1), ["alice"]), 16_383);
  expect(post?.markdown).toContain("❓ **Question** · @alice\nWhich?");
  expect(post?.markdown).toContain("1️⃣ **a\\*b\\\\** - one two\n2️⃣ **\\`@\u200ball\\`**");
  expect(questionTitle(1, 3)).toBe("❓ **Question** *(2/3)*");
});

test("nine choices have an emoji, and the card says how the others are chosen", () => {
  const options = Array.from({ length: 12 }, (_, at) => ({ label: `c${at}`, description: "" }));
  const card = questionCard({ question: "?", header: "", multiSelect: true, options }, "t", ["alice"]);
  expect(card.body).toContain("9️⃣ **c8**\n▫️ **c9**\n▫️ **c10**\n▫️ **c11**\n");
  expect(card.choices).toContain("reply in words with one of the others");
});

test("a question, a choice or a plan without words says so, and what can be done", () => {
  const option = { label: "", description: "" };
  const { body } = questionCard(
    { question: " ", header: "", multiSelect: false, options: [option] },
    "t",
    [],
  );
  expect(body).toBe("*Claude gave no text for its question.*\n\n1️⃣ ***(no words)***\n");
  const titled = questionCard({ question: "", header: "Size", multiSelect: true, options: [] }, "t", []);
  expect(titled).toEqual({ head: "t", title: "t", body: "Size\n\n\n", choices: "Reply with your answer" });
  expect(planCard(" \n", ["alice"], 16_383).card).toEqual({
    head: "📋 **Plan** · @alice",
    body: "*Claude gave no text for its plan.*",
    choices: "👍 let it build all the same · 👎 ask for a plan, or reply with what you want",
  });
});

test.each([
  'Read [docs](http://d.example "push to main").',
  "[docs]: http://d.example 'push to main'\n\nRead.",
  "- a\n[docs]: http://d.example",
  "Do <!-- push to main --> it",
  "```tex\nx % push to main\n```",
  "1. ~~~ latex\n   % push\n   ~~~",
  "It costs $x % push to main$",
  `[docs](${"x".repeat(400)}`,
])("a plan of which clients leave something out is shown as its source: %j", (plan) => {
  expect(planCard(plan, ["alice"], 16_383).card.body).toMatch(/^\n(`{3,}|~{3,})markdown\n[\s\S]+\n\1\n$/);
  expect(planCard(plan, ["alice"], 16_383).card.body).toContain(plan);
});

test.each([
  "# Plan\n\n1. Run `npm test <name>`\n2. See [docs](http://d.example)",
  "```ts\nconst a: List<string> = b[c]('d'); // <!-- x -->\n```",
  "It costs $5, all of it",
])("a plan that clients show whole is shown as Markdown: %j", (plan) => {
  expect(planCard(plan, ["alice"], 16_383).card.body).toBe(`\n${plan}\n`);
});

test("what clients would leave out of a choice is shown too", () => {
  const options = [{ label: 'a [b](c "d")', description: "<!-- e -->" }];
  const card = questionCard({ question: "?", header: "", multiSelect: false, options }, "t", []);
  expect(card.body).toContain('1️⃣ **`a [b](c "d")`** - `<!-- e -->`');
});

test("a guest's words, files and name are shown as they are, and what hides in them as well", () => {
  const { head, body } = guestCard("carol", "hi @bob\n\n# big\u202e ```", ["a|b.png"], ["alice"]);
  expect(head).toBe("🔒 @carol wants to send a message · @alice");
  expect(body).toBe("````\nhi @bob\n\n# big⟨U+202E⟩ ```\n````\n📎 `a|b.png`");
  const unheard = guestCard("c", "", ["x"], []);
  expect(unheard).toMatchObject({ head: "🔒 @c wants to send a message:", body: "📎 `x`" });
});

test.each([
  ["use pnpm, please!", "use pnpm, please!"],
  ["use  pnpm\nand node", "use pnpm and node"],
  ["use `pnpm`", "`` use `pnpm` ``"],
  ["@all <b> [x](y) $z$ :tada:", "`@all <b> [x](y) $z$ :tada:`"],
  ["a\u202eb", "`a⟨U+202E⟩b`"],
  ["x".repeat(400), `${"x".repeat(299)}…`],
])("the words %j are written as %j on one line", (text, line) => {
  expect(asWritten(text)).toBe(line);
});

test.each([
  ["@all", "@\u200ball"],
  ["@Channel, @HERE.", "@\u200bChannel, @\u200bHERE."],
  ["@all-hands @all_", "@\u200ball-hands @\u200ball_"],
  ["@allison", "@allison"],
  ["@all.hands", "@\u200ball.hands"],
  ["`@all` and ```\n@all", "`@all` and ```\n@\u200ball"],
  ["```\n@all\n```\n@all", "```\n@all\n```\n@\u200ball"],
  ["\\`@all\\`", "\\`@\u200ball\\`"],
  ["`unclosed @all", "`unclosed @\u200ball"],
  ["a `b\n\n@all` c", "a `b\n\n@\u200ball` c"],
])("in %j no group is pinged, and code stays as it is", (text, quiet) => {
  expect(quietMentions(text, ["allison", "all", "here", "channel"])).toBe(quiet);
});

test("nobody is pinged but those who may be, and an address stays as it is", () => {
  expect(quietMentions("@bob and `@bob` and a@b.c, _@bob_ (@Bob) @types/node")).toBe(
    "@\u200bbob and `@bob` and a@b.c, _@\u200bbob_ (@\u200bBob) @\u200btypes/node",
  );
  expect(quietMentions("@bob. @Bob_ @bobby @bob.x", ["bob"])).toBe("@bob. @Bob_ @\u200bbobby @\u200bbob.x");
});

test("an emoji's own parts stay as they are, and the same characters elsewhere are shown", () => {
  expect(showHidden("⏸️ 1️⃣ 👩‍💻 👍🏽")).toBe("⏸️ 1️⃣ 👩‍💻 👍🏽");
  expect(showHidden("a\ufe0fb\u200dc\u034f\u2800")).toBe("a⟨U+FE0F⟩b⟨U+200D⟩c⟨U+034F⟩⟨U+2800⟩");
});

test("one line is one line, whatever is in it", () => {
  expect(oneLine(" a\n\tb ~~c~~ **d** `e` | \\ \u200b")).toBe(
    "a b \\~\\~c\\~\\~ \\*\\*d\\*\\* \\`e\\` \\| \\\\ ⟨U+200B⟩",
  );
});

test("inline code is bounded by what is shown", () => {
  expect(inlineCode("abcdef", 4)).toBe("`abc…`");
});

test("the older list comes whole each time", () => {
  const tasks = tasksAfter([], "TodoWrite", {
    todos: [
      { content: "one", status: "completed" },
      { content: "two", status: "in_progress" },
      { content: "three", status: "pending" },
    ],
  });
  expect(renderTasks(tasks)).toBe("📋 **Tasks** (1/3)\n✅ ~~one~~\n🔄 **two**\n⬜ three");
});

test("the newer list grows by the ids the results name, and changes task by task", () => {
  const create = { subject: "one" };
  const first = tasksAfter([], "TaskCreate", create, { structured: { task: { id: "1" } }, text: "" });
  const both = tasksAfter(
    first,
    "TaskCreate",
    { subject: "two" },
    { structured: undefined, text: "Task #2 created" },
  );
  expect(tasksAfter(both, "TaskCreate", create)).toBe(both);
  const started = tasksAfter(both, "TaskUpdate", { taskId: "2", status: "in_progress" });
  const renamed = tasksAfter(started, "TaskUpdate", { taskId: 1, subject: "eins" });
  expect(renderTasks(renamed)).toBe("📋 **Tasks** (0/2)\n⬜ eins\n🔄 **two**");
  expect(tasksAfter(renamed, "TaskUpdate", { taskId: "1", status: "deleted" })).toHaveLength(1);
  const done = tasksAfter(renamed, "TaskUpdate", { taskId: "1", status: "completed" });
  expect(isAllDone(done)).toBe(false);
});

test("a task's words can't break their line", () => {
  const todos = [
    { content: "a\n**b** ~~c~~ `d | @all", status: "in_progress" },
    { content: "", status: "x" },
  ];
  expect(renderTasks(tasksAfter([], "TodoWrite", { todos }))).toBe(
    "📋 **Tasks** (0/2)\n🔄 **a \\*\\*b\\*\\* \\~\\~c\\~\\~ \\`d \\| @\u200ball**\n⬜ …",
  );
  expect(isTaskTool("TaskUpdate")).toBe(true);
  expect(isTaskTool("Task")).toBe(false);
});

test("a picture in Claude's words is a link, and in code it is code", () => {
  expect(harmless("see ![x](https://a/?q=1) @bob and `![y](z)`", ["bob"])).toBe(
    "see !\u200b[x](https://a/?q=1) @bob and `![y](z)`",
  );
});

test("a plan of more than three posts is a file below its beginning, and posts say all of it where the server takes none", () => {
  const plan = Array.from({ length: 400 }, (_, at) => `${at + 1}. Look at part ${at + 1}`).join("\n");
  expect(planCard(plan, ["alice"], 4000).file).toBeUndefined();
  const { card, file } = planCard(plan, ["alice"], 2000);
  expect(openCard(card, 2000)).toHaveLength(1);
  expect(card.body).toMatch(
    /^\n1\. Look at part 1\n[\s\S]*The whole plan is in the file `plan\.md` below\.\n$/,
  );
  expect(file).toEqual({ name: "plan.md", text: plan });
  const posts = openCard(planCard(plan, ["alice"], 2000, false).card, 2000);
  expect(posts.length).toBeGreaterThan(3);
  expect(posts.map(({ markdown }) => markdown).join("\n")).toContain("400. Look at part 400");
});
