// Scenarios of starting and talking: text, context, files, queueing, sleeping.

import { expect } from "vitest";
import { ask, PIXEL, type Scenario } from "./scenario.ts";

export const talking: readonly Scenario[] = [
  {
    name: "text",
    suiteClaudes: "fake",
    title: "a mention starts a session: the header first, then the answer; a reply needs no mention",
    async play(world) {
      const root = await ask(world, "RUN hello");
      await world.says(root, "Hello! I am a scripted model.");
      await world.people.alice.say("RUN echo and thanks", root);
      await world.says(root, "RUN echo and thanks");
      return root;
    },
  },
  {
    name: "mid-thread",
    suiteClaudes: "fake",
    title: "a mention in the middle of a thread gives Claude the thread so far",
    async play(world) {
      const root = await world.people.bob.say("The build is red since noon.");
      await world.people.carol.say("It is the linter.", root);
      await world.people.alice.say("@claude-code, RUN echo", root);
      const answer = await world.says(root, "It is the linter.");
      expect(answer.message).toContain("[@\u200bbob]: The build is red since noon.");
      return root;
    },
  },
  {
    name: "side-conversation",
    suiteClaudes: "fake",
    title:
      "a message that begins with another person's name is not for Claude, a package's name is no person's",
    async play(world) {
      const root = await ask(world, "RUN hello");
      await world.says(root, "scripted model");
      await world.people.bob.say("@carol have a look at this", root);
      await world.people.alice.say("@types/node is broken RUN echo", root);
      await world.says(root, "@\u200btypes/node is broken");
      expect(world.text(root)).not.toContain("@claude-code: @carol");
      return root;
    },
  },
  {
    name: "two-speakers",
    suiteClaudes: "fake",
    title: "with a second speaker each message reaches Claude under its author's name",
    async play(world) {
      const root = await ask(world, "RUN hello");
      await world.says(root, "scripted model");
      await world.people.bob.say("RUN echo from me", root);
      await world.says(root, "[@bob]: RUN echo from me");
      return root;
    },
  },
  {
    name: "queue",
    suiteClaudes: "oldest",
    title: "messages that come while Claude works wait in order and show 👀 until Claude takes them",
    async play(world) {
      const { alice, bob } = world.people;
      const root = await ask(world, "RUN bash");
      const card = await world.says(root, "Permission requested");
      const first = await bob.say("RUN echo the second", root);
      const second = await alice.say("RUN echo the third", root);
      for (const id of [first, second]) {
        await world.until(
          root,
          (posts) => posts.find((post) => post.id === id)?.reactions[0]?.emojiName === "eyes",
        );
      }
      await alice.react(card.id, "+1");
      const third = await world.says(root, "RUN echo the third");
      const posts = world.thread(root);
      const at = (part: string): number =>
        posts.findIndex((post) => post.username === "claude-code" && post.message.includes(part));
      expect(at("Done: the command ran")).toBeLessThan(at("RUN echo the second"));
      expect(at("RUN echo the second")).toBeLessThan(
        posts.indexOf(posts.find((post) => post.id === third.id) ?? third),
      );
      await world.until(root, (now) =>
        now.every((post) => post.reactions.every(({ emojiName }) => emojiName !== "eyes")),
      );
      return root;
    },
  },
  {
    name: "files",
    suiteClaudes: "oldest",
    title: "an attached image reaches Claude as an image, another file as a path it may read",
    async play(world) {
      const { alice } = world.people;
      const image = await alice.upload("red pixel.png", PIXEL, "image/png");
      const notes = await alice.upload("../no tes.txt", Buffer.from("remember the milk\n"), "text/plain");
      const root = await alice.say("@claude-code RUN echo", "", [image, notes]);
      const answer = await world.says(root, "image 1: image/png");
      expect(answer.message).toMatch(/- \/.*\/no_tes-[0-9a-f]{6}\.txt/);
      return root;
    },
  },
  {
    name: "long-answer",
    title: "an answer of 60,000 characters continues in further posts and is whole",
    maxPostSize: 16_383,
    // Where it is cut depends on what had come when the post was written.
    isGolden: false,
    async play(world) {
      const root = await ask(world, "RUN long");
      const answer = await world.until(root, (posts) => {
        const said = posts.slice(2).map((post) => post.message);
        return said.at(-1)?.includes("The end.") ? said : undefined;
      });
      const marks = [...answer.join("\n").matchAll(/\[(\d+)\]/g)].map(([, mark]) => Number(mark));
      expect(marks).toEqual(marks.map((_, index) => index + 1));
      expect(marks.length).toBeGreaterThan(150);
      expect(answer.length).toBeGreaterThanOrEqual(4);
      return root;
    },
  },
  {
    name: "sleep",
    title: "an idle session goes to sleep and the next message resumes the same conversation",
    config: { sessionTimeoutMs: 2000 },
    async play(world) {
      const root = await ask(world, "RUN hello");
      await world.says(root, "scripted model");
      await world.says(
        root,
        "⏰ **Session timed out** after 2 seconds without activity. Reply in this thread to resume.",
      );
      await world.until(root, (posts) => posts[1]?.message.includes("💤 asleep"));
      await world.people.alice.say("RUN echo awake again", root);
      await world.says(root, "RUN echo awake again");
      return root;
    },
  },
  {
    name: "empty-mention",
    suiteClaudes: "fake",
    title: "a mention without a word asks for a request",
    async play(world) {
      const root = await world.people.alice.say("@claude-code");
      await world.says(root, "Mention me with your request");
      return root;
    },
  },
  {
    name: "too-busy",
    suiteClaudes: "fake",
    title: "when every session works a new one is told that it is too busy; an idle one makes room",
    config: { maxSessions: 1 },
    async play(world) {
      const { alice, bob } = world.people;
      const first = await ask(world, "RUN bash");
      const card = await world.says(first, "Permission requested");
      const second = await bob.say("@claude-code RUN hello");
      await world.says(second, "⚠️ **Too busy** - 1 sessions active. Please try again later.");
      await alice.react(card.id, "-1");
      await world.says(first, "That did not work");
      await world.rests(first);
      const third = await bob.say("@claude-code RUN hello");
      await world.says(third, "scripted model");
      await world.until(first, (posts) => posts[1]?.message.includes("💤 asleep"));
      return first;
    },
  },
  {
    name: "failed-turn",
    title: "a turn that fails says why, and the session goes on",
    async play(world) {
      const root = await ask(world, "RUN error");
      await world.says(root, "❌");
      await world.people.alice.say("RUN hello", root);
      await world.says(root, "scripted model");
      return root;
    },
  },
];
