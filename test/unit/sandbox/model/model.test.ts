// The scripted model as the CLI meets it: over HTTP.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConversation } from "../../../../sandbox/model/conversation.ts";
import { guidedScenes } from "../../../../sandbox/model/guided-scenes.ts";
import { runScene } from "../../../../sandbox/model/scene.ts";
import { scenes } from "../../../../sandbox/model/scenes.ts";
import { type ScriptedModel, startScriptedModel } from "../../../../sandbox/model/server.ts";
import { processorMs } from "../../../support/processor-time.ts";

let model: ScriptedModel;
beforeEach(async () => {
  const failing = runScene("fail-twice", ({ attempt }) =>
    attempt < 2 ? { error: { status: 529, body: { attempt } } } : { text: "at last" },
  );
  model = await startScriptedModel({ scenes: [...scenes, failing] });
});
afterEach(() => model.close());

const tools = ["Bash", "Read", "Write"].map((name) => ({ name }));

async function post(body: object, path = "/v1/messages?beta=true"): Promise<Response> {
  return fetch(model.url + path, { method: "POST", body: JSON.stringify({ model: "m", ...body }) });
}

interface Answer {
  readonly content: readonly {
    readonly type: string;
    readonly text?: string;
    readonly name?: string;
    readonly input?: object;
  }[];
  readonly stop_reason: string;
}

async function ask(messages: readonly object[], more: object = {}): Promise<Answer> {
  return (await (await post({ tools, messages, ...more })).json()) as Answer;
}

const user = (...texts: readonly string[]) => ({
  role: "user",
  content: texts.map((text) => ({ type: "text", text })),
});
const assistant = (...content: readonly object[]) => ({ role: "assistant", content });
const use = (id: string, name: string, input = {}) => ({ type: "tool_use", id, name, input });
const results = (...pairs: readonly (readonly [id: string, content: string, isError?: boolean])[]) => ({
  role: "user",
  content: pairs.map(([tool_use_id, content, is_error = false]) => ({
    type: "tool_result",
    tool_use_id,
    content,
    is_error,
  })),
});

describe("the scripted model", () => {
  it("plays the scene that is asked for", async () => {
    expect(await ask([user("please RUN hello")])).toMatchObject({
      content: [{ type: "text", text: "Hello! I am a scripted model." }],
      stop_reason: "end_turn",
    });
    expect(model.requests.at(-1)).toMatchObject({ scene: "hello", step: 0, path: "/v1/messages" });
  });

  it("knows from the conversation alone which step is next", async () => {
    const begun = [user("RUN bash"), assistant(use("1", "Bash"))];
    expect((await ask([user("RUN bash")])).content.map(({ type }) => type)).toEqual(["text", "tool_use"]);
    expect((await ask([...begun, results(["1", "hi"])])).content).toMatchObject([
      { text: "Done: the command ran." },
    ]);
    expect((await ask([...begun, results(["1", "too risky", true])])).content).toMatchObject([
      { text: "That did not work: too risky" },
    ]);
  });

  it("hears the person's last words only", async () => {
    const earlier = [user("RUN bash"), assistant({ type: "text", text: "RUN slow" })];
    const wrapped = user(
      "<system-reminder>RUN bash</system-reminder>",
      "RUN hello",
      "<system-reminder>RUN long</system-reminder>",
    );
    expect((await ask([...earlier, wrapped])).content).toMatchObject([
      { text: "Hello! I am a scripted model." },
    ]);
  });

  it("forgets what was interrupted", async () => {
    const merged = user("RUN bash", "[Request interrupted by user]", "RUN echo again");
    expect((await ask([merged])).content).toMatchObject([{ text: "RUN echo again" }]);
  });

  it("hears a message that comes while a tool runs", async () => {
    const between = {
      role: "system",
      content:
        "The user sent a new message while you were working:\nRUN echo now\n\nThis is how Claude Code surfaces it.",
    };
    const messages = [user("RUN bash"), assistant(use("1", "Bash")), results(["1", "hi"]), between];
    expect((await ask(messages)).content).toMatchObject([{ text: "RUN echo now" }]);
  });

  it("offers its scenes to who asks for none", async () => {
    expect((await ask([user("good morning")])).content[0]?.text).toMatch(/Say RUN and one of: hello, echo/);
  });

  it("streams in small pieces that add up", async () => {
    const text = await (await post({ tools, stream: true, messages: [user("RUN bash")] })).text();
    const events = text
      .trim()
      .split("\n\n")
      .map((event) => JSON.parse(event.slice(event.indexOf("data: ") + 6)));
    expect(events[0]).toMatchObject({ type: "message_start", message: { content: [] } });
    expect(events.at(-1)).toEqual({ type: "message_stop" });
    const deltas = events.flatMap(({ delta }) => (delta === undefined ? [] : [delta]));
    const words = deltas.flatMap(({ text }) => (text === undefined ? [] : [text]));
    expect(words).toEqual(["Let", " me", " run", " a", " command."]);
    const json = deltas.map(({ partial_json = "" }) => partial_json).join("");
    expect(JSON.parse(json)).toMatchObject({ command: "echo hi > out.txt && cat out.txt" });
  });

  it("fails as often as the script says, and then does not", async () => {
    const body = { tools, messages: [user("RUN fail-twice")] };
    expect([(await post(body)).status, (await post(body)).status]).toEqual([529, 529]);
    expect(await (await post(body)).json()).toMatchObject({ content: [{ text: "at last" }] });
    expect((await post(body)).status).toBe(529);
  });

  it("answers side requests without moving the script", async () => {
    const title = (await (await post({ messages: [user("RUN bash")] })).json()) as Answer;
    expect(JSON.parse(title.content[0]?.text ?? "")).toMatchObject({ title: "Scripted conversation" });
    expect(model.requests.at(-1)?.scene).toBeUndefined();
    expect(await (await post({ messages: [] }, "/v1/messages/count_tokens")).json()).toEqual({
      input_tokens: expect.any(Number),
    });
  });

  it("says no politely to anything else", async () => {
    expect((await fetch(`${model.url}/api/anything`)).status).toBe(404);
    expect((await fetch(model.url, { method: "HEAD" })).status).toBe(200);
  });

  it("keeps a bounded log", async () => {
    for (let n = 0; n < 205; n++) await fetch(`${model.url}/${n}`);
    expect(model.requests).toHaveLength(200);
    expect(model.requests.at(-1)?.path).toBe("/204");
    const picture = "x".repeat(25 * 1024 ** 2);
    for (let n = 0; n < 3; n++) await post({ tools, picture, n, messages: [user("RUN hello")] });
    expect(model.requests.map(({ body }) => body["n"])).toEqual([1, 2]);
  });

  it("stops writing when the reader leaves, and can be closed at once", async () => {
    const leave = new AbortController();
    const slow = await fetch(`${model.url}/v1/messages`, {
      method: "POST",
      body: JSON.stringify({ tools, stream: true, messages: [user("RUN slow")] }),
      signal: leave.signal,
    });
    await slow.body?.getReader().read();
    leave.abort();
    await model.close();
  });
});

describe("a conversation of many megabytes", () => {
  const most = 6 * 1024 * 1024;
  const image = {
    type: "image",
    source: {
      type: "base64",
      media_type: "image/png",
      data: "iVBORw0KGgo+/abcdefghijklmn".repeat(most / 27),
    },
  };
  /** What a request takes; reading and writing the JSON of it takes the most. */
  function took(messages: readonly object[], scenesWanted = scenes): number {
    return processorMs(() => {
      readConversation({ tools, system: "Primary working directory: /p", messages });
      const { userText } = readConversation({ tools, messages }) ?? { userText: "" };
      scenesWanted.find((scene) => scene.matches(userText));
    });
  }

  it("is read without delay: a picture, and a plan file named after it", () => {
    const plan = {
      type: "text",
      text: "RUN plan; your plan goes to `/home/dev/.claude/plans/a-plan.md`, please",
    };
    const messages = [{ role: "user", content: [image, image, plan] }];
    expect(took(messages)).toBeLessThan(1_500);
    expect(readConversation({ tools, messages })?.planFile).toBe("/home/dev/.claude/plans/a-plan.md");
  });

  it.each([
    "no scene at all ",
    "RUN ",
    "what ",
    "<system-reminder>",
    "The user sent a new message while you were working:\n",
    "deferred tools are now available",
    "deferred tools are now available\nA\n",
    "/.claude/plans/",
    "working directory: ",
    "[Request interrupted by user]",
    "\n",
    "x",
  ])("is read without delay when it is full of %j", async (words) => {
    const text = words.repeat(1024 ** 2 / words.length);
    for (const role of ["user", "system"]) {
      const messages = [user("RUN hello"), { role, content: [{ type: "text", text }] }];
      expect(took(messages, [...scenes, ...guidedScenes])).toBeLessThan(1_000);
    }
  });
});

describe("the scenes", () => {
  const play = async (more: readonly object[] = [], offered: readonly string[] = []) =>
    (await ask([user("RUN todo"), ...more], { tools: offered.map((name) => ({ name })) })).content;

  it("write the whole list with the older tool", async () => {
    expect(await play([], ["TodoWrite"])).toMatchObject([
      { name: "TodoWrite", input: { todos: [{ status: "pending" }, {}, {}] } },
    ]);
  });

  it("create and update one by one with the newer tools, which may be offered by name only", async () => {
    const announced = {
      role: "system",
      content:
        "The following deferred tools are now available via ToolSearch. Load them:\nTaskCreate\nTaskUpdate\n\nMore",
    };
    expect((await play([announced], ["Bash"])).map(({ name }) => name)).toEqual([
      "TaskCreate",
      "TaskCreate",
      "TaskCreate",
    ]);
    const created = [
      announced,
      assistant(use("1", "TaskCreate")),
      results(["1", "Task #7 created successfully: A"]),
    ];
    expect(await play(created, ["Bash"])).toMatchObject([
      { name: "TaskUpdate", input: { taskId: "7", status: "in_progress" } },
    ]);
  });

  it("hold a long text of the asked length that is the same each time", async () => {
    const [first, second] = [await ask([user("RUN long")]), await ask([user("RUN long")])];
    const text = first.content[0]?.text ?? "";
    expect(second.content[0]?.text).toBe(text);
    expect(text.length).toBeGreaterThan(59_000);
    expect(text.length).toBeLessThanOrEqual(60_000);
    expect((text.match(/^```/gm) ?? []).length % 2).toBe(0);
    const unbroken = (await ask([user("RUN long-unbroken")])).content[0]?.text ?? "";
    expect(unbroken).not.toContain("\n\n");
  });

  it("start a command in the background, and say when it is over", async () => {
    const begun = [user("RUN background"), assistant(use("1", "Bash"))];
    const over = [...begun, results(["1", "Command running in background with ID: b1"])];
    expect((await ask([user("RUN background")])).content).toMatchObject([
      { text: "This may take a while." },
      { name: "Bash", input: { run_in_background: true } },
    ]);
    expect((await ask(over)).content).toMatchObject([{ text: "It runs in the background." }]);
    // The turn that Claude begins by itself.
    const after = [...over, assistant({ type: "text", text: "It runs in the background." })];
    const note = user("<system-reminder>b1 completed</system-reminder>");
    expect((await ask([...after, note])).content).toMatchObject([
      { text: "The background command has ended." },
    ]);
  });

  it("ask for consent to a plan that nobody wrote, with the words the version knows", async () => {
    const offered = (...names: readonly string[]) => ({ tools: names.map((name) => ({ name })) });
    const first = async (more: object) => (await ask([user("RUN plan-empty")], more)).content;
    expect(await first(offered("ExitPlanMode"))).toMatchObject([
      { name: "ExitPlanMode", input: { plan: "" } },
    ]);
    const newer = offered("EnterPlanMode", "ExitPlanMode");
    expect(await first(newer)).toMatchObject([{ name: "EnterPlanMode" }]);
    const entered = [user("RUN plan-empty"), assistant(use("1", "EnterPlanMode")), results(["1", "Entered"])];
    expect((await ask(entered, newer)).content).toMatchObject([{ name: "ExitPlanMode", input: {} }]);
  });
});
