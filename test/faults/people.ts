// What people do in the campaign: they speak, answer cards, let a guest speak, press 🔄, and say something more where
// the thread tells them to reply. Each reacts once to what it sees, as a person would.

import type { SeenPost } from "../../sandbox/server/state.ts";
import { wordsOf } from "../support/words-of.ts";
import {
  type Deed,
  decidePlan,
  decideQuestion,
  decideTool,
  isShownWhole,
  type OpenCard,
  openCards,
} from "./cards.ts";
import type { Name, PersonsFile } from "./hands.ts";
import { createSpeakingPace } from "./pace.ts";
import { type Place, speakerIn } from "./places.ts";
import { createQuiet, type Quiet } from "./quiet.ts";
import type { Random } from "./random.ts";
import type { Stage } from "./stage.ts";
import { documentOf, newThread, type Played, type Verdict } from "./thread.ts";
import { type Request, requestText, wordsIn } from "./words.ts";

/** A thread that waits for a reply is given one after so long. */
const NUDGE_MS = 1500;
/** A card that can't be allowed is denied after so long. */
const SECOND_THOUGHT_MS = 1500;

/** How much people did. */
export interface Deeds {
  messages: number;
  decisions: number;
  goings: number;
}

/** What is asked for; what is left out is left to chance. */
export type Wish = Partial<Omit<Request, "mark">> & {
  readonly file?: PersonsFile;
  /** Of a session that begins. */
  readonly place?: Place;
};

export interface People {
  readonly threads: Played[];
  readonly deeds: Readonly<Deeds>;
  /** Whether cards about tools are answered in words as well. */
  answersInWords: boolean;
  readonly quiet: Quiet;
  /** A new thread with its first message. */
  open(random: Random, wish?: Wish): Promise<Played>;
  /** The message's mark. */
  speak(thread: Played, by: Name, random: Random, wish?: Wish): Promise<string>;
  /** A message that is not yet said: the campaign never says the same twice. */
  request(random: Random, wish?: Wish): Request;
  /** Begins a new conversation in the thread. */
  clear(thread: Played): Promise<void>;
  /** Whether nobody has answered this card so far. */
  isUnanswered(card: OpenCard): boolean;
  /** Looks at every thread and does what is called for. */
  look(random: Random): Promise<void>;
  /** Ends a session for good. */
  stop(thread: Played): Promise<void>;
}

export function createPeople(stage: Stage): People {
  const mayGoOn = createSpeakingPace();
  const quiet = createQuiet();
  const threads: Played[] = [];
  const answered = new Set<string>();
  const secondThoughts = new Map<string, number>();
  const turns = new Map<Played, Promise<unknown>>();
  const waitingSince = new Map<Played, number>();
  const textsRead = new Map<Played, string>();
  const deeds: Deeds = { messages: 0, decisions: 0, goings: 0 };

  function request(random: Random, wish: Wish = {}): Request {
    return { ...likely(random), ...wish, mark: `m${++deeds.messages}` };
  }

  function heard(thread: Played, mark: string, postId: string): void {
    const post = stage.sandbox.state.thread(thread.root).find(({ id }) => id === postId);
    thread.posts.set(mark, postId);
    thread.saidAt.set(mark, Math.min(post?.createdAt ?? 0, Date.now()) || Date.now());
  }

  function speak(thread: Played, somebody: Name, random: Random, wish: Wish = {}): Promise<string> {
    const by = speakerIn(thread.place, somebody);
    return inTurn(thread, async () => {
      await mayGoOn(by);
      const wanted = request(random, wish);
      if (by === "carol") {
        thread.guests.set(wanted.mark, undefined);
      } else {
        thread.said.push(wanted.mark);
      }
      noteFile(thread, wanted.mark, wish.file);
      heard(thread, wanted.mark, await say(thread, by, requestText(wanted), wish.file));
      return wanted.mark;
    });
  }

  const say = ({ root, place: { channelId } }: Played, by: Name, words: string, file?: PersonsFile) =>
    stage.say(by, words, { channelId, root }, file);

  /** In a thread one acts after the other, so that it is known who came first. */
  async function inTurn<T>(thread: Played, act: () => Promise<T>): Promise<T> {
    const before = turns.get(thread) ?? Promise.resolve();
    const mine = before.then(() => quiet.speak(thread.place, act));
    const over = mine
      .catch(() => {})
      .then(() => {
        if (turns.get(thread) === over) {
          turns.delete(thread);
        }
      });
    turns.set(thread, over);
    return mine;
  }

  async function decide(thread: Played, card: OpenCard, random: Random): Promise<void> {
    answered.add(card.post.id);
    deeds.decisions++;
    const by = speakerIn(thread.place, random.pick(["alice", "bob"]));
    await act(thread, by, card.post, deedAbout(thread, card, random));
  }

  /** What is done about a card, once it is noted what must come of it. */
  function deedAbout(thread: Played, card: OpenCard, random: Random): Deed {
    const { kind, mark } = card;
    switch (kind) {
      case "plan":
      case "question": {
        const { choice, deed } = kind === "plan" ? decidePlan(card, random) : decideQuestion(card, random);
        thread.choices.set(mark, choice);
        return deed;
      }
      case "guest": {
        const { verdict, deed } = decideTool(random, false);
        thread.guests.set(mark, verdict);
        return deed;
      }
      case "permission": {
        const { verdict, deed } = decideTool(random, people.answersInWords);
        noteVerdict(thread, card, verdict);
        return deed;
      }
      default:
        // A kind of card that nobody answers would only look stuck.
        return kind satisfies never;
    }
  }

  function noteVerdict(thread: Played, card: OpenCard, verdict: Verdict): void {
    const { mark, post } = card;
    if (isShownWhole(card, stage.sandbox.state.thread(thread.root))) {
      thread.tools.set(mark, { verdict, at: post.createdAt });
    } else {
      // Nobody can allow what they can't read, whatever they press.
      thread.tools.set(mark, { verdict: "denied", at: post.createdAt });
      secondThoughts.set(post.id, Date.now() + SECOND_THOUGHT_MS);
    }
  }

  async function act(thread: Played, by: Name, post: SeenPost, deed: Deed): Promise<void> {
    if ("reply" in deed) {
      await say(thread, by, deed.reply);
    } else {
      await stage.react(by, post.id, deed.emojiName);
    }
  }

  function readWords(thread: Played, text: string): void {
    if (textsRead.get(thread) === text) {
      return;
    }
    textsRead.set(thread, text);
    for (const { answer, number } of wordsIn(text)) {
      thread.read.add(`${answer}w${number}`);
    }
  }

  async function lookAt(thread: Played, random: Random): Promise<void> {
    const posts = stage.sandbox.state.thread(thread.root);
    const mine = posts.filter(({ userId }) => userId === stage.bot.id);
    readWords(thread, mine.map(({ message }) => message).join("\n"));
    const cards = openCards(mine);
    const card = cards.find(({ post }) => !answered.has(post.id));
    if (card) {
      await decide(thread, card, random);
      return;
    }
    const doubted = cards.find(({ post }) => Date.now() > (secondThoughts.get(post.id) ?? Infinity));
    if (doubted) {
      secondThoughts.delete(doubted.post.id);
      await stage.react("alice", doubted.post.id, "-1");
      return;
    }
    // Who is to be quiet does not wait for that with looking at everything else.
    if (!quiet.isIn(thread.place)) {
      await goOn(thread, posts, random);
      await nudge(thread, random);
    }
  }

  /** Pressed only where nothing else is under way: what is said meanwhile makes the offer void. */
  async function goOn(thread: Played, posts: readonly SeenPost[], random: Random): Promise<void> {
    const offer = posts.at(-1);
    const isOffered =
      offer !== undefined &&
      wordsOf(offer).startsWith("✂️") &&
      wordsOf(offer).includes("🔄") &&
      offer.reactions.length > 0 &&
      !answered.has(offer.id);
    const { state } = documentOf(stage, thread) ?? {};
    // What somebody is about to say may come first at the server; so may an answer in words whose card is gone by now.
    const fromPeople = posts.filter(({ username }) => username !== stage.bot.username);
    const isQuiet =
      !turns.has(thread) &&
      state?.phase.name === "asleep" &&
      state.queue.length === 0 &&
      state.asks.length === 0 &&
      fromPeople.every(({ id }) => state.taken.includes(id));
    if (offer && isOffered && isQuiet) {
      answered.add(offer.id);
      if (random.chance(0.7)) {
        thread.goings++;
        deeds.goings++;
        const by = speakerIn(thread.place, random.pick(["alice", "bob"]));
        await inTurn(thread, () => stage.react(by, offer.id, "arrows_counterclockwise"));
      }
    }
  }

  /** A Claude that died leaves what waits until somebody replies. */
  async function nudge(thread: Played, random: Random): Promise<void> {
    const { state } = documentOf(stage, thread) ?? {};
    const isWaiting =
      state?.phase.name === "asleep" && state.queue.length > 0 && stage.daemonPid !== undefined;
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

  /** Where nobody has to be quiet, if there is such a place. */
  function somewhere(random: Random): Place {
    const { project, api, docs } = stage.places;
    const served = stage.projects.served.filter((place) => !quiet.isIn(place));
    // Direct messages, and what was added, are less usual.
    const usual = served.flatMap((place) =>
      [project, api, docs].includes(place) ? [place, place] : [place],
    );
    return usual.length > 0 ? random.pick(usual) : project;
  }

  const people: People = {
    threads,
    deeds,
    answersInWords: false,
    quiet,
    open(random, wish = {}) {
      const place = wish.place ?? somewhere(random);
      const by = speakerIn(place, random.pick(["alice", "bob"]));
      const wanted = request(random, wish);
      return quiet.speak(place, async () => {
        await mayGoOn(by);
        const { channelId, address } = place;
        const words = `${address}${requestText(wanted)}`;
        const root = await stage.say(by, words, { channelId, root: "" }, wish.file);
        const thread = newThread(root, place, stage.projects.directoryOf(place));
        thread.said.push(wanted.mark);
        noteFile(thread, wanted.mark, wish.file);
        heard(thread, wanted.mark, root);
        threads.push(thread);
        return thread;
      });
    },
    speak,
    request,
    clear: (thread) =>
      inTurn(thread, async () => {
        await mayGoOn("alice");
        thread.clears.push({ at: thread.said.length, postedAt: Date.now() });
        await say(thread, "alice", "!clear");
      }),
    isUnanswered: ({ post }) => !answered.has(post.id) || secondThoughts.has(post.id),
    async look(random) {
      await Promise.all(threads.map((thread) => lookAt(thread, random)));
    },
    async stop(thread) {
      await say(thread, "alice", "!stop");
      threads.splice(threads.indexOf(thread), 1);
    },
  };
  return people;
}

function likely(random: Random): Omit<Request, "mark"> {
  if (random.chance(0.2)) {
    return { kind: "tool", count: random.between(3, 12), tokenDelayMs: random.between(0, 15) };
  }
  // Some long enough for several posts.
  const isLong = random.chance(0.06);
  return isLong
    ? { kind: "words", count: random.between(2200, 4000), tokenDelayMs: 0 }
    : { kind: "words", count: random.between(1, 60), tokenDelayMs: random.between(0, 25) };
}

function noteFile({ files }: Played, mark: string, file: PersonsFile | undefined): void {
  if (file) {
    const isText = file.name.endsWith(".txt");
    files.set(mark, { name: file.name, text: isText ? new TextDecoder().decode(file.bytes) : undefined });
  }
}
