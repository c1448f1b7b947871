// The outside clock: looks at the threads as people see them, and knows how long each message has been without any sign
// and each thread that says it works without any progress. Knows nothing of the daemon's state.

import { cpus, loadavg } from "node:os";
import type { SeenPost } from "../../sandbox/server/state.ts";
import { wordsOf } from "../support/words-of.ts";
import { isShownAsAnswer } from "./answers.ts";
import { openCards } from "./cards.ts";
import type { People } from "./people.ts";
import type { Stage } from "./stage.ts";
import { marksOf, type Played, type Problem } from "./thread.ts";
import { markOf } from "./words.ts";

export interface Watch {
  /** Whatever is missing by then is forgiven: something is going wrong, or has just gone. */
  excuse(until: number): void;
  look(): void;
  /** What has been silent or stuck for longer than the bound. */
  problems(): Problem[];
  /** Nothing at all has moved for longer than the bound: waiting on would change nothing. */
  isStill(): boolean;
  /** What has no sign yet. */
  pending(): Problem[];
}

/** A typing event is shown for so long. */
const TYPING_MS = 6000;
/** What mm-claude says in its own name begins so. */
const NOTICE = /^(?:❌|💥|⚠️|✂️|🛑|⏰|ℹ️|🔒|⏸️|🗜️|🧹|⏳|🔄|🔌)/u;

/** How many times slower than one of its own a program runs on this machine now: it may have much else to do. */
export const slowness = (): number => Math.max(1, (loadavg()[0] ?? 0) / cpus().length);

export function createWatch(stage: Stage, people: People, boundMs: number): Watch {
  const bound = (): number => boundMs * slowness();
  let excusedUntil = 0;
  /** When the bot's part of a thread last changed, and what it was. */
  const progress = new Map<Played, { readonly print: string; readonly at: number }>();

  function look(): void {
    const now = Date.now();
    if (stage.daemonPid === undefined) {
      excusedUntil = Math.max(excusedUntil, now);
    }
    for (const thread of people.threads) {
      const print = printOf(botPosts(stage, thread));
      if (progress.get(thread)?.print !== print) {
        progress.set(thread, { print, at: now });
      }
    }
  }

  /** The threads' signs of life, with since when each is overdue. */
  function due(): (Problem & { readonly since: number })[] {
    return people.threads.flatMap((thread) => [...silences(thread), ...standstill(thread)]);
  }

  function silences(thread: Played): (Problem & { readonly since: number })[] {
    const posts = stage.sandbox.state.thread(thread.root);
    const mine = posts.filter(({ userId }) => userId === stage.bot.id);
    const answered = new Set([...thread.read].map(markOf));
    const unheard = [...thread.posts].filter(([mark, postId]) => {
      const post = posts.find(({ id }) => id === postId);
      const saidAt = thread.saidAt.get(mark) ?? 0;
      return !(
        answered.has(mark) ||
        thread.guests.get(mark) === "denied" ||
        post === undefined ||
        wearsEyes(post) ||
        mine.some(
          (one) =>
            isAbout(one, mark) ||
            isShownAsAnswer(one, mark) ||
            (one.createdAt >= saidAt && NOTICE.test(wordsOf(one))),
        )
      );
    });
    const cleared = mine.filter((post) => wordsOf(post).startsWith("🧹")).length;
    return [
      ...unheard.map(([mark]) => ({
        kind: "silent" as const,
        what: `thread ${thread.root}: message ${mark} has no answer, no ask, no 👀, no notice`,
        since: thread.saidAt.get(mark) ?? 0,
      })),
      ...thread.clears.slice(cleared).map(({ postedAt }) => ({
        kind: "silent" as const,
        what: `thread ${thread.root}: no word that !clear was done`,
        since: postedAt,
      })),
    ];
  }

  function standstill(thread: Played): (Problem & { readonly since: number })[] {
    const posts = stage.sandbox.state.thread(thread.root);
    const isAsking = openCards(botPosts(stage, thread)).some((card) => people.isUnanswered(card));
    const isTyping = Date.now() - stage.sandbox.state.typingAt(stage.bot.id, thread.root) < TYPING_MS;
    const waits = [...marksOf(thread)].some((mark) =>
      posts.some((post) => post.id === thread.posts.get(mark) && wearsEyes(post)),
    );
    if (isAsking || !(isTyping || waits)) {
      return [];
    }
    const lastSaidAt = Math.max(0, ...thread.saidAt.values());
    const since = Math.max(progress.get(thread)?.at ?? 0, lastSaidAt);
    const how = isTyping ? "it shows that it works" : "a message wears 👀";
    return [{ kind: "stuck", what: `thread ${thread.root}: ${how}, and nothing moves`, since }];
  }

  return {
    excuse(until) {
      excusedUntil = Math.max(excusedUntil, until);
    },
    look,
    problems: () =>
      due()
        .filter(({ since }) => Date.now() - Math.max(since, excusedUntil) > bound())
        .map(({ kind, what }) => ({ kind, what: `${what} for ${Math.round(bound() / 1000)} s` })),
    isStill() {
      const last = Math.max(excusedUntil, ...[...progress.values()].map(({ at }) => at));
      return Date.now() - last > bound();
    },
    pending: () => people.threads.flatMap(silences).map(({ kind, what }) => ({ kind, what })),
  };
}

const botPosts = (stage: Stage, { root }: Played): SeenPost[] =>
  stage.sandbox.state.thread(root).filter(({ userId }) => userId === stage.bot.id);

/** A card about it, open or not; the words are looked for elsewhere. */
const isAbout = ({ message }: SeenPost, mark: string): boolean =>
  /^(?:⚠️|🔒|📋|❓)/u.test(message) && new RegExp(`\\b${mark}\\b`).test(message);

export const wearsEyes = ({ reactions }: SeenPost): boolean =>
  reactions.some(({ emojiName, username }) => emojiName === "eyes" && username === "claude-code");

const printOf = (posts: readonly SeenPost[]): string =>
  posts
    .map(
      (post) =>
        `${post.id}:${post.message.length}:${post.editedAt}:${post.reactions.length}:${wordsOf(post).length}`,
    )
    .join();
