// What people do in the campaign: they speak, answer cards, let a guest speak, press 🔄, and say something more where
// the thread tells them to reply. Each reacts once to what it sees, as a person would.

import type { SeenPost } from "../../src/sandbox/server/state.ts";
import { wordsOf } from "../support/words-of.ts";
import { documentOf, type Played, type Verdict } from "./judge.ts";
import type { Random } from "./random.ts";
import type { Name, Stage } from "./stage.ts";
import { type Request, requestText, wordsIn } from "./words.ts";

/** A thread that waits for a reply is given one after so long. */
const NUDGE_MS = 1500;

/** How much people did. */
export interface Deeds {
  messages: number;
  decisions: number;
  goings: number;
}

export interface People {
  readonly threads: Played[];
  readonly deeds: Readonly<Deeds>;
  /** A new thread with its first message. */
  open(random: Random): Promise<void>;
  speak(thread: Played, by: Name, random: Random): Promise<void>;
  /** Looks at every thread and does what is called for. */
  look(random: Random): Promise<void>;
  /** Ends a session for good. */
  stop(thread: Played): Promise<void>;
}

export function createPeople(stage: Stage): People {
  const threads: Played[] = [];
  const answered = new Set<string>();
  const waitingSince = new Map<Played, number>();
  const deeds: Deeds = { messages: 0, decisions: 0, goings: 0 };

  function request(random: Random): Request {
    const mark = `m${++deeds.messages}`;
    if (random.chance(0.2)) {
      return { kind: "tool", mark, count: random.between(3, 12), tokenDelayMs: random.between(0, 15) };
    }
    // Some long enough for several posts.
    const isLong = random.chance(0.06);
    return isLong
      ? { kind: "words", mark, count: random.between(2200, 4000), tokenDelayMs: 0 }
      : { kind: "words", mark, count: random.between(1, 60), tokenDelayMs: random.between(0, 25) };
  }

  async function speak(thread: Played, by: Name, random: Random): Promise<void> {
    const wanted = request(random);
    if (by === "carol") {
      thread.guests.set(wanted.mark, undefined);
    } else {
      thread.said.push(wanted.mark);
    }
    thread.posts.set(wanted.mark, await stage.say(by, requestText(wanted), thread.root));
  }

  async function decide(thread: Played, post: SeenPost, random: Random): Promise<void> {
    const isGuest = post.message.startsWith("🔒");
    const mark = /\bm\d+\b/.exec(isGuest ? post.message : (post.message.split("echo ")[1] ?? ""))?.[0] ?? "";
    const verdict: Verdict = random.chance(0.7) ? "allowed" : "denied";
    answered.add(post.id);
    deeds.decisions++;
    if (isGuest) {
      thread.guests.set(mark, verdict);
    } else {
      thread.tools.set(mark, { verdict, at: post.createdAt });
    }
    await stage.react(random.pick(["alice", "bob"]), post.id, verdict === "allowed" ? "+1" : "-1");
  }

  async function lookAt(thread: Played, random: Random): Promise<void> {
    const posts = stage.sandbox.state.thread(thread.root);
    const mine = posts.filter(({ userId }) => userId === stage.bot.id);
    for (const { answer, number } of wordsIn(mine.map(({ message }) => message).join("\n"))) {
      thread.read.add(`${answer}w${number}`);
    }
    const card = mine.find((post) => isCard(post) && !answered.has(post.id));
    if (card) {
      await decide(thread, card, random);
      return;
    }
    await goOn(thread, posts, random);
    await nudge(thread, random);
  }

  /** Pressed only where nothing else is under way: what is said meanwhile makes the offer void. */
  async function goOn(thread: Played, posts: readonly SeenPost[], random: Random): Promise<void> {
    const offer = posts.at(-1);
    const isOffered =
      offer !== undefined &&
      wordsOf(offer).startsWith("✂️") &&
      offer.reactions.length > 0 &&
      !answered.has(offer.id);
    const { state } = documentOf(stage, thread) ?? {};
    const isQuiet =
      state?.phase === "asleep" &&
      state.queue.length === 0 &&
      state.asks.length === 0 &&
      [...thread.posts.values()].every((postId) => state.taken.includes(postId));
    if (offer && isOffered && isQuiet) {
      answered.add(offer.id);
      if (random.chance(0.7)) {
        thread.goings++;
        deeds.goings++;
        await stage.react(random.pick(["alice", "bob"]), offer.id, "arrows_counterclockwise");
      }
    }
  }

  /** A Claude that died leaves what waits until somebody replies. */
  async function nudge(thread: Played, random: Random): Promise<void> {
    const { state } = documentOf(stage, thread) ?? {};
    const isWaiting = state?.phase === "asleep" && state.queue.length > 0 && stage.daemonPid !== undefined;
    const since = waitingSince.get(thread) ?? Date.now();
    if (!isWaiting) {
      waitingSince.delete(thread);
    } else if (Date.now() - since > NUDGE_MS) {
      waitingSince.delete(thread);
      await speak(thread, "alice", random);
    } else {
      waitingSince.set(thread, since);
    }
  }

  return {
    threads,
    deeds,
    async open(random) {
      const wanted = request(random);
      const root = await stage.say(random.pick(["alice", "bob"]), `@claude-code ${requestText(wanted)}`);
      threads.push({
        root,
        said: [wanted.mark],
        posts: new Map([[wanted.mark, root]]),
        guests: new Map(),
        tools: new Map(),
        goings: 0,
        read: new Set(),
      });
    },
    speak,
    async look(random) {
      await Promise.all(threads.map((thread) => lookAt(thread, random)));
    },
    async stop(thread) {
      await stage.say("alice", "!stop", thread.root);
      threads.splice(threads.indexOf(thread), 1);
    },
  };
}

const isCard = ({ message }: SeenPost): boolean =>
  message.startsWith("⚠️ **Permission requested**") || message.startsWith("🔒 @carol wants");
