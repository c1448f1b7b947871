// A server that answers late: what waits for its answers is counted in round trips, by answering one request at a time.

import { expect, test } from "vitest";
import { type FarServer, farServer } from "../support/far-server.ts";
import { inProcessClaude, type Telling } from "../support/in-process-claude.ts";
import { startWorld, type World } from "../support/world.ts";

interface Far {
  readonly world: World;
  readonly server: FarServer;
  /** What Claude was told, turn by turn. */
  readonly heard: readonly string[];
  hold(): void;
}

/** Nothing is held back yet. */
async function farWorld(tell: (turn: Telling) => Promise<void>): Promise<Far> {
  const server = farServer();
  const heard: string[] = [];
  const claude = inProcessClaude(async (turn) => {
    heard.push(turn.text);
    await tell(turn);
  });
  const world = await startWorld({
    claudePath: "claude",
    environment: {},
    startClaude: claude.start,
    config: { allowedUsers: [] },
    sandbox: server.sandbox,
  });
  return { world, server, heard, hold: () => server.hold(world.botToken) };
}

const answers = async (turn: Telling): Promise<void> => turn.say(`You said: ${turn.text}`);

async function until(is: () => boolean, what: () => string): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!is()) {
    if (Date.now() > deadline) throw new Error(`It did not happen: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Claude has heard so many messages. */
const told = ({ heard, server }: Far, count: number): Promise<void> =>
  until(
    () => heard.length >= count,
    () => `Claude has heard ${heard.join("; ")}; unanswered: ${server.unanswered.join("; ")}`,
  );

/** Somebody whom the bot has heard before, in another thread. */
async function spokenBefore({ world }: Far): Promise<void> {
  const root = await world.people.alice.say("@claude-code hello");
  await world.says(root, "You said: hello");
  // The last that is written of a turn.
  await world.says(root, "🧠 **Model**");
}

const HEADER = "post ### 🤖 mm-claude";

test("a message reaches Claude while the server answers nothing: the first of a thread, the next, and after a pause", async () => {
  const far = await farWorld(answers);
  const { world, server } = far;
  await spokenBefore(far);
  far.hold();
  const root = await world.people.alice.say("@claude-code one");
  await told(far, 2);
  await world.people.alice.say("two", root);
  await told(far, 3);
  world.forward(11 * 60_000);
  await world.people.alice.say("three", root);
  await told(far, 4);
  expect(far.heard).toEqual(["hello", "one", "two", "three"]);
  server.letGo();
});

test("who writes after a lost connection is looked up while what was missed is read", async () => {
  const far = await farWorld(answers);
  const { world, server } = far;
  const { alice } = world.people;
  await spokenBefore(far);
  far.hold();
  world.sandbox.faults.dropSockets();
  world.sandbox.faults.forgetResumable();
  await until(
    () => server.asked.length > 0,
    () => world.log.join("\n"),
  );
  await alice.say("@claude-code one");
  await until(
    () => server.asked.includes(`GET /api/v4/users/${alice.id}`),
    () => server.asked.join("; "),
  );
  expect(server.asked).toHaveLength(server.unanswered.length);
  server.letGo();
  await told(far, 2);
});

test("the first words of a thread wait for the post of its header alone", async () => {
  const far = await farWorld(answers);
  const { world, server } = far;
  await spokenBefore(far);
  far.hold();
  const root = await world.people.alice.say("@claude-code one");
  await server.answer(HEADER);
  await world.says(root, "You said: one");
  expect(server.asked.slice(0, 2)).toEqual([expect.stringMatching(`^${HEADER}`), "post You said: one"]);
  server.letGo();
});

test("words wait neither for a change of the header nor for the mark of a message", async () => {
  let goOn = (): void => {};
  const far = await farWorld(async (turn) => {
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
    turn.say(`You said: ${turn.text}`);
  });
  const { world, server } = far;
  const { alice } = world.people;
  const root = await alice.say("@claude-code one");
  await told(far, 1);
  await world.says(root, "### 🤖 mm-claude");
  far.hold();
  // Is kept for later, and marked.
  await alice.say("two", root);
  await until(
    () => server.asked.includes("react eyes"),
    () => server.asked.join("; "),
  );
  await alice.say("!invite @carol", root);
  await server.answer("GET /api/v4/users/username/carol");
  await until(
    () => server.asked.some((one) => one.startsWith("edit ###")),
    () => server.asked.join("; "),
  );
  await server.answer("post ✅ @carol");
  goOn();
  await world.says(root, "You said: one");
  expect(server.unanswered).toEqual(["react eyes", expect.stringMatching("^edit ###"), "post You said: one"]);
  server.letGo();
  await told(far, 2);
  goOn();
  await world.says(root, "You said: two");
});

test("a decision reaches Claude and stands on the card while none of the choices is answered", async () => {
  const far = await farWorld(async (turn) => {
    turn.say("It must be asked.");
    if (turn.text === "go") turn.say(` It is ${await turn.ask("make it so")}.`);
  });
  const { world, server } = far;
  const { alice } = world.people;
  const root = await alice.say("@claude-code hello");
  await world.says(root, "It must be asked.");
  far.hold();
  await alice.say("go", root);
  await server.answer("post It must be asked.");
  const card = await world.says(root, "Permission requested");
  await server.answer("post ⚠️ **Permission requested**");
  await until(
    () => server.asked.includes("react +1"),
    () => server.asked.join("; "),
  );
  await alice.react(card.id, "+1");
  await world.says(root, "✅ **Allowed** by @alice");
  expect(server.unanswered.slice(0, 2)).toEqual([
    "react +1",
    expect.stringContaining("✅ **Allowed** by @alice"),
  ]);
  server.letGo();
  await world.says(root, "It is allow.");
});

const CARD = ["POST /posts", ...Array(3).fill("POST /reactions"), "PUT /posts/…/patch"];
const ANSWER = "POST /posts";

test("a turn with a permission takes six requests, one more for words before it, and two more for the header of a thread", async () => {
  const far = await farWorld(async (turn) => {
    if (turn.text === "tell") for (const part of ["It ", "must ", "be ", "asked."]) turn.say(part);
    turn.say(`It is ${await turn.ask("make it so")}.`);
  });
  const { world } = far;
  const { alice } = world.people;
  const requestsOf = async (text: string, thread?: string) => {
    const before = world.sandbox.requests.length;
    const said = await alice.say(text, thread);
    const root = thread ?? said;
    const card = await world.until(root, (posts) =>
      posts.find(({ message, reactions }) => message.includes("⚠️") && reactions.length === 3),
    );
    await alice.react(card.id, "+1");
    await world.until(root, (posts) => posts.at(-1)?.message === "It is allow.");
    await world.rests(root);
    await world.says(root, "🧠 **Model**");
    const requests = world.sandbox.requests.slice(before).filter(({ userId }) => userId === world.bot.id);
    return {
      root,
      kinds: requests.map(({ method, path }) => `${method} ${path.slice(7).replace(/\w{26}/, "…")}`),
    };
  };
  const { root, kinds } = await requestsOf("@claude-code ask");
  const changes = kinds.filter((kind) => !kind.startsWith("GET"));
  expect(changes.sort()).toEqual([...CARD, ANSWER, "POST /posts", "PUT /posts/…/patch"].sort());
  expect((await requestsOf("ask", root)).kinds).toEqual([...CARD, ANSWER]);
  expect((await requestsOf("tell", root)).kinds).toEqual(["POST /posts", ...CARD, ANSWER]);
});
