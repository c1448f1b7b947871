// Where people reach Claude: the projects of the campaign, each with its channel, its directory and those who speak there.

import type { CreatedUser, Sandbox } from "../../sandbox/server/sandbox.ts";
import type { Name } from "./hands.ts";

export interface Place {
  /** As projects.yaml calls it; what has no name there is the project of the settings. */
  readonly name: "project" | "api" | "docs" | "direct" | "extra";
  readonly channelId: string;
  /** As projects.yaml says it. */
  readonly channel: string;
  /** Who may begin a session here; a guest besides, where it is no direct message. */
  readonly speakers: readonly Name[];
  readonly hasGuest: boolean;
  /** Before the words that begin a session. */
  readonly address: string;
  /** Each session has a git worktree of its own, and works there. */
  readonly hasWorktrees: boolean;
}

export interface Places {
  readonly project: Place;
  readonly api: Place;
  readonly docs: Place;
  readonly direct: Place;
  /** Not served before somebody adds it. */
  readonly extra: Place;
}

/** Two directories in one channel, one in another, direct messages, and one more channel. */
export function createPlaces(
  sandbox: Sandbox,
  bot: CreatedUser,
  users: Readonly<Record<Name, CreatedUser>>,
): Places {
  const { id: teamId, name: team } = sandbox.createTeam({ name: "lab" });
  const channelCalled = (name: string) => {
    const { id } = sandbox.createChannel({ teamId, name, displayName: name });
    for (const user of [bot, ...Object.values(users)]) {
      sandbox.addMember(id, user.id);
    }
    // By its id and by its name.
    return { byId: { channelId: id, channel: id }, byName: { channelId: id, channel: `${team}/${name}` } };
  };
  const claude = channelCalled("claude").byId;
  const mention = `@${bot.username} `;
  const common = {
    speakers: ["alice", "bob"],
    hasGuest: true,
    address: mention,
    hasWorktrees: false,
  } as const;
  return {
    project: { ...common, ...claude, name: "project" },
    api: { ...common, ...claude, name: "api", address: `${mention}in api: ` },
    docs: { ...common, ...channelCalled("docs").byName, name: "docs", hasWorktrees: true },
    direct: {
      ...common,
      name: "direct",
      channelId: sandbox.openConversation([bot.id, users.alice.id]).id,
      channel: "",
      speakers: ["alice"],
      hasGuest: false,
      address: "",
    },
    extra: { ...common, ...channelCalled("extra").byId, name: "extra" },
  };
}

/** Who speaks there in the place of somebody who is not there. */
export function speakerIn({ speakers, hasGuest }: Place, by: Name): Name {
  const isThere = by === "carol" ? hasGuest : speakers.includes(by);
  return isThere ? by : (speakers[0] ?? "alice");
}
