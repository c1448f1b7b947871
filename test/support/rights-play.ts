// Plays what people do in a few channels with projects in them, and has each thing judged.

import { expect } from "vitest";
import type { Project } from "../../src/config/project.ts";
import type { ChannelId, PostId, UserId } from "../../src/mattermost/types.ts";
import { channelsWorld } from "./channels-world.ts";
import { projectOf } from "./projects.ts";
import { type Deed, RightsJudge } from "./rights-judge.ts";
import {
  BUILDER,
  DIRECT,
  directOf,
  type Lists,
  PEOPLE,
  RightsTable,
  ROBOT,
  type Setting,
} from "./rights-table.ts";
import { permission, turnEnded, user } from "./session-script.ts";

export const CHANNELS = ["c1", "c2", "c3"];

/** `at`: which of those that there are; undefined: none, where that can be. */
export type Move =
  | {
      readonly kind: "mentions";
      readonly by: string;
      readonly channel: string;
      readonly named: string | undefined;
      readonly at: number | undefined;
    }
  /** In the thread of a session; `elsewhere`: told as if it were in that channel. */
  | {
      readonly kind: "replies";
      readonly by: string;
      readonly at: number;
      readonly words: string;
      readonly elsewhere: string | undefined;
    }
  /** `told`: the channel that the event names, when that is not the post's. */
  | {
      readonly kind: "reacts";
      readonly by: string;
      readonly at: number;
      readonly emoji: string;
      readonly told: "truly" | "nothing" | "c1" | "c2";
    }
  | { readonly kind: "writes directly"; readonly by: string; readonly at: number | undefined }
  | { readonly kind: "Claude asks" | "Claude ends"; readonly at: number }
  | { readonly kind: "lists change"; readonly at: number; readonly lists: Lists }
  | { readonly kind: "projects change"; readonly names: readonly string[] }
  | { readonly kind: "account changes"; readonly of: string };

type MoveOf<Kind extends Move["kind"]> = Move & { readonly kind: Kind };

export class RightsPlay {
  readonly #world = channelsWorld({
    people: [
      ...PEOPLE.map((name) => user(name)),
      ...[ROBOT, BUILDER].map((name) => user(name, { isBot: true })),
    ],
    channels: CHANNELS,
    direct: PEOPLE.map((name) => [directOf(name), name] as const),
  });
  readonly #table = new RightsTable();
  readonly #judge: RightsJudge;
  readonly #count: (what: string) => void;
  #marks = 0;

  constructor(count: (what: string) => void) {
    this.#count = count;
    this.#judge = new RightsJudge(this.#world, this.#table, count);
  }

  async play(settings: readonly Setting[], moves: readonly Move[]): Promise<void> {
    await this.#serve(settings);
    this.#world.take({ type: "hello", connectionId: "one", resumed: false });
    await this.#world.settle();
    for (const move of moves) {
      await this.#perform(move);
      await this.#world.clock.advance(5000);
      this.#judge.findCards();
    }
    expect(this.#world.problems).toEqual([]);
    await this.#world.close();
  }

  async #perform(move: Move): Promise<void> {
    switch (move.kind) {
      case "mentions":
        return this.#mention(move);
      case "replies":
        return this.#reply(move);
      case "reacts":
        return this.#react(move);
      case "writes directly":
        return this.#writeDirectly(move);
      case "Claude asks":
      case "Claude ends":
        return this.#claude(move);
      case "lists change":
        return this.#changeLists(move);
      case "projects change":
        await this.#serve(this.#table.known([...move.names, DIRECT]));
        return this.#judge.check();
      case "account changes":
        this.#world.changed(user(move.of, { isActive: this.#table.switched(move.of) }));
        await this.#world.settle();
        this.#judge.check();
    }
  }

  async #mention({ by, channel, named, at }: MoveOf<"mentions">): Promise<void> {
    const words = `@claude-code ${named === undefined ? "" : `in ${named}: `}`;
    // A bot, being one of many, mostly goes on where it began.
    const own = [...this.#judge.sessions.values()].filter((one) => one.owner === by && by === BUILDER);
    const again = at === undefined || at % 4 === 0 ? undefined : pick(own, at);
    if (again) {
      const { channel: itsChannel, thread } = again;
      return this.#say({ by, channel: itsChannel, thread, words: "@claude-code ", isMention: true });
    }
    await this.#say({ by, channel, thread: this.#threadIn(channel, at), words, isMention: true, named });
  }

  async #reply({ by, at, words, elsewhere }: MoveOf<"replies">): Promise<void> {
    const session = pick([...this.#judge.sessions.values()], at);
    // Nobody else can write in a direct message.
    if (!session || (session.channel.startsWith("dm-") && session.channel !== directOf(by))) return;
    const isMention = words.startsWith("@");
    // What it says there no server takes for a thread's first words.
    const channel = isMention ? session.channel : (elsewhere ?? session.channel);
    await this.#say({ by, channel, thread: session.thread, words, isMention });
  }

  async #writeDirectly({ by, at }: MoveOf<"writes directly">): Promise<void> {
    const channel = directOf(by);
    await this.#say({ by, channel, thread: this.#threadIn(channel, at), words: "", isMention: true });
  }

  async #react({ by, at, emoji, told }: MoveOf<"reacts">): Promise<void> {
    const cards = [...this.#judge.cards.keys()];
    const open = cards.filter((card) => this.#judge.isOpen(card));
    const likely = at % 4 === 0 || open.length === 0 ? [...cards, ...this.#world.posts.keys()] : open;
    const post = this.#world.posts.get(pick(likely, at) as PostId);
    if (!post) return;
    const channelId =
      told === "truly" ? post.channelId : told === "nothing" ? undefined : (told as ChannelId);
    const isTrue = channelId === undefined || channelId === post.channelId;
    const deed: Deed = {
      by,
      channel: channelId ?? post.channelId,
      // What is told of another channel is of no thread there.
      thread: isTrue ? post.threadId : "",
      emoji,
      on: post.id,
    };
    const reaction = {
      userId: by as UserId,
      postId: post.id,
      emojiName: emoji,
      createdAt: this.#world.clock.now(),
    };
    await this.#judge.judge(deed, () =>
      this.#world.take({ type: "reactionAdded", reaction, ...(channelId ? { channelId } : {}) }),
    );
  }

  async #claude({ kind, at }: MoveOf<"Claude asks" | "Claude ends">): Promise<void> {
    const session = pick([...this.#judge.sessions.values()], at);
    if (!session || session.claude.isClosed) return;
    const { channel, thread, claude } = session;
    const request = `request${++this.#marks}x`;
    await this.#judge.judge({ by: "", channel, thread }, () =>
      claude.tell(kind === "Claude asks" ? permission(request, request) : turnEnded()),
    );
  }

  async #changeLists({ at, lists }: MoveOf<"lists change">): Promise<void> {
    const { served } = this.#table;
    const changed = pick(served, at);
    if (!changed) return;
    // Direct messages are never everyone's.
    const isDirect = changed.name === DIRECT;
    const allowed = lists.allowed ?? (isDirect ? [PEOPLE[0]] : undefined);
    await this.#serve(served.map((one) => (one === changed ? { ...one, ...lists, allowed } : one)));
    this.#judge.check();
    this.#count("lists changed");
  }

  async #serve(settings: readonly Setting[]): Promise<void> {
    this.#table.serve(settings);
    await this.#world.serve(settings.map(projectFrom));
    await this.#world.settle();
    this.#judge.findSessions();
  }

  #threadIn(channel: string, at: number | undefined): string | undefined {
    const here = [...this.#judge.said.values()].filter((said) => said.channel === channel);
    return at === undefined ? undefined : pick(here, at)?.thread;
  }

  async #say(said: Omit<Deed, "thread"> & { readonly thread: string | undefined }): Promise<void> {
    const { by, channel, words = "" } = said;
    const mark = `token${++this.#marks}x`;
    // What decides or commands is a whole message.
    const text = /^(?:yes|no|!.*)$/.test(words) ? words : `${words} ${mark}`;
    const thread = said.thread ?? this.#world.nextPost();
    const root = this.#world.posts.get(thread as PostId);
    if (!root || root.channelId === channel)
      this.#judge.said.set(mark, { by, channel, thread, isMention: said.isMention ?? false });
    const rootId = said.thread as PostId | undefined;
    const more = by === BUILDER ? ({ isFromPerson: false, isFromBot: true } as const) : {};
    await this.#judge.judge({ ...said, thread }, () => this.#world.post(by, channel, text, rootId, more));
  }
}

const pick = <T>(all: readonly T[], at: number): T | undefined =>
  all.length === 0 ? undefined : all[at % all.length];

const projectFrom = ({ name, channel, allowed, approvers, isBuilderListed }: Setting): Project =>
  projectOf({
    name,
    origin: channel === undefined ? "direct" : "file",
    channel,
    directory: `/projects/${name}`,
    allowedUsers: allowed ?? [],
    approvers: approvers ?? [],
    bots: isBuilderListed ? [BUILDER] : [],
    maxSessions: 100,
  });
