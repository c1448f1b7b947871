// The cards of the campaign's threads, and how people answer them: by emoji, or in words.

import type { SeenPost } from "../../sandbox/server/state.ts";
import type { Random } from "./random.ts";
import type { Choice, Verdict } from "./thread.ts";
import { COLOURS, hugeEnd, hugePart } from "./words.ts";

export type CardKind = "permission" | "guest" | "plan" | "question";

export interface OpenCard {
  readonly kind: CardKind;
  readonly post: SeenPost;
  /** Of the message it is about. */
  readonly mark: string;
}

const BEGINNINGS: Readonly<Record<CardKind, { readonly words: string; readonly mark: RegExp }>> = {
  permission: { words: "⚠️ **Permission requested**", mark: /echo (m\d+)\b/ },
  guest: { words: "🔒 @carol wants", mark: /\b(m\d+)\b/ },
  plan: { words: "📋 **Plan**", mark: /Plan (m\d+)\b/ },
  question: { words: "❓ **Question**", mark: /Which for (m\d+)\b/ },
};

/** The cards that still ask. A long one begins in an earlier post than the one that takes the answers. */
export function openCards(posts: readonly SeenPost[]): OpenCard[] {
  const kinds = Object.entries(BEGINNINGS) as [CardKind, (typeof BEGINNINGS)[CardKind]][];
  const found: OpenCard[] = [];
  let begun: Pick<OpenCard, "kind" | "mark"> | undefined;
  for (const post of posts) {
    const [kind, info] = kinds.find(([, { words }]) => post.message.startsWith(words)) ?? [];
    if (kind && info) {
      begun = { kind, mark: info.mark.exec(post.message)?.[1] ?? "" };
    }
    const isAsking = post.attachments.some(({ text }) => /👍|👎|React/u.test(text));
    // Who decided stands there in the place of the choices.
    const isOpen = isAsking && !post.attachments.some(({ text }) => /by @|⚪/u.test(text));
    if (begun && isOpen) {
      found.push({ ...begun, post });
    }
    if (post.attachments.length > 0) {
      begun = undefined;
    }
  }
  return found;
}

/** Whether people can read all that would run: in the posts, or in a file that goes with the card. */
export function isShownWhole({ post, mark }: OpenCard, thread: readonly SeenPost[]): boolean {
  const isHuge = thread.some(({ message }) => message.includes(hugePart(mark)));
  return !isHuge || post.files.length > 0 || thread.some(({ message }) => message.includes(hugeEnd(mark)));
}

/** What somebody does about a card: a reaction, or a reply. */
export type Deed = { readonly emojiName: string } | { readonly reply: string };

const CONSENT = ["yes, looks good", "ok go ahead", "👍", "lgtm", "Sure!"] as const;

export function decideTool(random: Random, inWords: boolean): { verdict: Verdict; deed: Deed } {
  const verdict = random.chance(0.7) ? "allowed" : "denied";
  if (inWords && random.chance(0.4)) {
    return { verdict, deed: { reply: verdict === "allowed" ? random.pick(CONSENT) : "no, not that" } };
  }
  return { verdict, deed: { emojiName: verdict === "allowed" ? "+1" : "-1" } };
}

export function decidePlan({ post, mark }: OpenCard, random: Random): { choice: Choice; deed: Deed } {
  const isConsent = random.chance(0.6);
  const isReply = random.chance(0.5);
  const changes = `please do ${mark}-otherwise instead`;
  const choice = {
    tool: "ExitPlanMode" as const,
    isError: !isConsent,
    words: !isConsent && isReply ? changes : "",
    at: post.createdAt,
  };
  if (isReply) {
    return { choice, deed: { reply: isConsent ? random.pick(CONSENT) : changes } };
  }
  return { choice, deed: { emojiName: isConsent ? "+1" : "-1" } };
}

export function decideQuestion({ post, mark }: OpenCard, random: Random): { choice: Choice; deed: Deed } {
  const common = { tool: "AskUserQuestion" as const, isError: false, at: post.createdAt };
  if (random.chance(0.4)) {
    const words = `rather green ${mark}`;
    return { choice: { ...common, words }, deed: { reply: words } };
  }
  const at = random.between(0, COLOURS.length - 1);
  const emojiName = ["one", "two"][at] ?? "one";
  return { choice: { ...common, words: `${COLOURS[at]} ${mark}` }, deed: { emojiName } };
}
