// Looks after each thing that somebody does whether what came of it is what the table of rights allows: no more, and no
// less.

import { expect } from "vitest";
import type { PostId } from "../../src/mattermost/types.ts";
import type { ChannelsWorld, HeardClaude } from "./channels-world.ts";
import { BUILDER, type RightsTable, type SessionKnown } from "./rights-table.ts";

/** What somebody did: wrote words in a thread, or reacted to a post of it. Claude's own deeds are nobody's. */
export interface Deed {
  readonly by: string;
  readonly channel: string;
  readonly thread: string;
  readonly words?: string;
  readonly isMention?: boolean;
  /** By `in NAME:`. */
  readonly named?: string | undefined;
  readonly emoji?: string;
  readonly on?: string;
}

interface Said {
  readonly by: string;
  readonly channel: string;
  readonly thread: string;
  readonly isMention?: boolean;
}

/** As far as it is looked at. */
interface Kept {
  readonly project?: string;
  readonly state?: {
    readonly owner: { readonly id: string };
    readonly participants: readonly [string][];
    readonly conversation: { readonly id: string };
  };
}

const COMMAND = /^(?:yes|no|!\w+.*)$/;
/** Messages and requests have words of their own, by which they are known wherever they turn up. */
const MARKS = /(?:token|request)\d+x/g;

export class RightsJudge {
  readonly #world: ChannelsWorld;
  readonly #table: RightsTable;
  readonly sessions = new Map<string, SessionKnown>();
  readonly said = new Map<string, Said>();
  /** The request, or the guest's message, that a post asks about. */
  readonly cards = new Map<string, { readonly session: SessionKnown; readonly about: string }>();
  /** Which messages of guests somebody has let in, and who. */
  readonly #letIn = new Map<string, string>();
  readonly #seen = new Map<HeardClaude, { readonly heard: number; readonly answers: number }>();
  readonly #count: (what: string) => void;

  /** `count`: what did happen. A property of things that never happen always holds. */
  constructor(world: ChannelsWorld, table: RightsTable, count: (what: string) => void) {
    this.#world = world;
    this.#table = table;
    this.#count = count;
  }

  /** Nothing else may change by it, neither in this channel nor in another. */
  async judge(deed: Deed, act: () => void): Promise<void> {
    const { channel, thread, on } = deed;
    // What was to be written is.
    await this.#world.settle();
    const hadSession = this.#hasSession(channel, thread);
    const others = this.#others(channel, thread);
    const isOpen = on !== undefined && this.isOpen(on);
    act();
    await this.#world.settle();
    expect(this.#others(channel, thread)).toBe(others);
    if (!hadSession) this.#checkStart(deed);
    const session = this.sessions.get(`${channel} ${thread}`);
    if (session) this.#note(deed, session, isOpen);
    if (session && isOpen) this.#checkDecision(deed, session);
    this.check(deed);
  }

  isOpen(card: string): boolean {
    return this.#textOf(card).includes("👍");
  }

  /** Of all sessions, also when nobody did anything. */
  check(deed?: Deed): void {
    for (const session of this.sessions.values()) {
      const { heard = 0, answers = 0 } = this.#seen.get(session.claude) ?? {};
      this.#checkHeard(session, heard);
      this.#checkAnswers(session, answers, deed);
      this.#checkMembers(session);
      const { claude } = session;
      this.#seen.set(claude, { heard: claude.heard.length, answers: claude.answers.length });
    }
  }

  /** Where channels are served again, what was said meanwhile is heard: by the rights of this moment. */
  findSessions(): void {
    for (const [name, text] of this.#world.documents) {
      const [, channel = "", thread = ""] = /^session-(.+)-(post\d+)$/.exec(name) ?? [];
      const document = JSON.parse(text) as Kept;
      const claude = this.#world.claudes.find(
        ({ start }) => start.conversationId === document.state?.conversation.id,
      );
      if (thread === "" || this.sessions.has(`${channel} ${thread}`) || !claude) continue;
      const { project = "", state } = document;
      const owner = state?.owner.id ?? "";
      expect([owner, this.#table.mayStart(owner, project)]).toEqual([owner, true]);
      expect(this.#table.served.find((one) => one.name === project)?.channel).toBe(channel);
      this.#begin({ channel, thread, project, owner, claude });
      this.#count("heard later");
    }
  }

  #begin(session: Omit<SessionKnown, "invited" | "isAuto">): void {
    expect(session.claude.start.directory).toBe(`/projects/${session.project}`);
    const { channel, thread } = session;
    this.sessions.set(`${channel} ${thread}`, { ...session, invited: new Set(), isAuto: false });
  }

  /** Those that were posted since. */
  findCards(): void {
    for (const { id, userId, channelId, threadId } of this.#world.posts.values()) {
      const session = this.sessions.get(`${channelId} ${threadId}`);
      const text = userId === "claude-code" && session && !this.cards.has(id) ? this.#textOf(id) : "";
      const [about] = /Permission requested|wants to send/.test(text) ? (text.match(MARKS) ?? []) : [];
      const [, guest] = /@(\w+) wants to send/.exec(text) ?? [];
      expect(guest).not.toBe(BUILDER);
      // What decides or commands has no mark: the card itself says whose it was.
      if (session && guest && !about) {
        this.said.set(id, { by: guest, channel: channelId, thread: threadId });
        this.cards.set(id, { session, about: id });
      }
      if (session && about) this.cards.set(id, { session, about });
    }
  }

  /** A session begins where somebody begins one who is listed in that very project, and nowhere else. */
  #checkStart(deed: Deed): void {
    const { by, channel, thread, isMention = false, named, words = "" } = deed;
    const project = isMention && !COMMAND.test(words) ? this.#table.meant(channel, named) : undefined;
    const mayStart = project !== undefined && this.#table.mayStart(by, project);
    expect([this.#hasSession(channel, thread), deed]).toEqual([mayStart, deed]);
    const claude = this.#world.claudes.at(-1);
    if (mayStart && claude) {
      this.#begin({ channel, thread, project, owner: by, claude });
      if (by === BUILDER) this.#count("session of a bot");
      this.#count(
        channel.startsWith("dm-") ? "direct session" : named === undefined ? "session" : "named session",
      );
    } else if (isMention && by === BUILDER) {
      this.#count("bot not heard");
    } else if (isMention && this.#table.isPerson(by)) {
      this.#count(
        this.#table.isListedElsewhere(by, project) ? "refused, though listed elsewhere" : "refused",
      );
    }
  }

  /** What gives rights, and what ends a session, by who may do that. */
  #note(
    { by, channel, thread, words = "", emoji, on = "" }: Deed,
    session: SessionKnown,
    isOpen: boolean,
  ): void {
    const isListed = this.#table.isListed(by, session.project);
    const mayTalk = this.#table.mayTalk(by, session);
    const [, command, name = ""] = /^!(invite|kick) @(\w+)$/.exec(words) ?? [];
    const card = isOpen ? this.cards.get(on) : undefined;
    const guest = card?.session === session ? this.said.get(card.about) : undefined;
    // Of who began it neither says anything.
    const isOther = isListed && name !== session.owner;
    if (isOther && command === "kick") session.invited.delete(name);
    if (isOther && command === "invite" && this.#table.isPerson(name)) session.invited.add(name);
    if (isListed && guest && emoji === "white_check_mark") session.invited.add(guest.by);
    if (isListed && guest && card && emoji === "+1") this.#letIn.set(card.about, by);
    const isForAll = card?.session === session && !guest && emoji === "white_check_mark";
    if (isForAll && this.#table.mayApprove(by, session)) session.isAuto = true;
    const isStop = words === "!stop" || emoji === "x";
    const isOver = !this.#hasSession(channel, thread);
    expect([isOver, words, emoji, by]).toEqual([isStop && mayTalk, words, emoji, by]);
    if (isOver) this.sessions.delete(`${channel} ${thread}`);
    if (isStop) this.#count(isOver ? "stopped" : "not stopped");
  }

  /** Of an open request: it is decided by who may approve, and by nobody else. */
  #checkDecision({ by, emoji = "", on = "" }: Deed, session: SessionKnown): void {
    const card = this.cards.get(on);
    if (card?.session !== session || this.said.has(card.about) || !/^[+-]1$/.test(emoji)) return;
    const isDecided = session.claude.answers.some(({ requestId }) => requestId === card.about);
    const mayApprove = this.#table.mayApprove(by, session);
    expect([isDecided, by, card.about]).toEqual([mayApprove, by, card.about]);
    this.#count(mayApprove ? "decided" : "not decided");
  }

  /** Words of this thread alone, of who may speak to it or was let in; and the thread before it, at its beginning. */
  #checkHeard(session: SessionKnown, from: number): void {
    for (const [index, text] of [...session.claude.heard.entries()].slice(from)) {
      const tokens = (text.match(MARKS) ?? []).filter((mark) => mark.startsWith("token"));
      for (const [at, token] of tokens.entries()) {
        const { by = "", channel, thread, isMention = false } = this.said.get(token) ?? {};
        expect([token, channel, thread]).toEqual([token, session.channel, session.thread]);
        const isContext = index === 0 && at < tokens.length - 1;
        const approver = this.#letIn.get(token);
        const isLetIn = approver !== undefined && this.#table.isListed(approver, session.project);
        const isUnasked = by === BUILDER && !isMention;
        const may = isContext || isLetIn || (this.#table.maySpeak(by, session) && !isUnasked);
        expect([token, by, may]).toEqual([token, by, true]);
        this.#count(isContext ? "heard as context" : isLetIn ? "let in" : "heard");
        if (by === BUILDER && !isContext && index > 0) this.#count("bot heard again");
      }
    }
  }

  /** By who may approve, on that very card or in words in that thread; or all were allowed by somebody before. */
  #checkAnswers(session: SessionKnown, from: number, deed: Deed | undefined): void {
    const isHere = deed?.channel === session.channel && deed.thread === session.thread;
    for (const { requestId, answer } of session.claude.answers.slice(from)) {
      const isAnswer =
        this.cards.get(deed?.on ?? "")?.about === requestId || /^(?:yes|no)$/.test(deed?.words ?? "");
      const isByWhoMay = isAnswer && this.#table.mayApprove(deed?.by ?? "", session);
      const isOfAll = session.isAuto && answer.behavior === "allow";
      const what = [requestId, answer.behavior, deed];
      expect([isHere && (isByWhoMay || isOfAll), ...what]).toEqual([true, ...what]);
      if (!isByWhoMay) this.#count("allowed by itself");
      else if (deed?.words !== undefined) this.#count("decided in words");
    }
  }

  #checkMembers(session: SessionKnown): void {
    const text = this.#world.documents.get(nameOf(session.channel, session.thread)) ?? "{}";
    const { state } = JSON.parse(text) as Kept;
    expect(state?.owner.id).toBe(session.owner);
    expect(state?.participants.map(([id]) => id).sort()).toEqual([...session.invited].sort());
    if (session.invited.size > 0) this.#count("with guests");
  }

  /** Everything about the other sessions. */
  #others(channel: string, thread: string): string {
    const own = nameOf(channel, thread);
    const documents = [...this.#world.documents].filter(
      ([name]) => name.startsWith("session-") && name !== own,
    );
    const claudes = [...this.sessions.values()].flatMap((one) =>
      nameOf(one.channel, one.thread) === own
        ? []
        : [[one.claude.heard, one.claude.answers, one.claude.isClosed]],
    );
    return JSON.stringify([documents, claudes]);
  }

  #hasSession(channel: string, thread: string): boolean {
    return this.#world.documents.has(nameOf(channel, thread));
  }

  #textOf(postId: string): string {
    const post = this.#world.posts.get(postId as PostId);
    return `${post?.message}\n${post?.attachment?.text ?? ""}`;
  }
}

const nameOf = (channel: string, thread: string): string => `session-${channel}-${thread}`;
