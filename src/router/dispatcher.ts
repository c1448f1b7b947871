// What is done with a post once its route is decided: it goes to its session, opens one, or is answered by mm-claude
// itself, all within the limits for one person and one thread.

import type { AuditTrail } from "../audit/trail.ts";
import type { Post, ThreadId, UserId } from "../mattermost/types.ts";
import { type Notice, notice } from "../render/attachments.ts";
import { inlineCode } from "../render/markdown.ts";
import type { Person } from "../session/authorization.ts";
import type { SessionsHeard } from "../session/channel-sessions.ts";
import { helpText } from "../session/commands.ts";
import { tooBusy } from "../session/lifecycle.ts";
import { whenThere } from "../util/later.ts";
import { Limits } from "./limits.ts";
import type { Route } from "./route.ts";
import { isBotIn, isListedIn, maySteerIn, type RoutedProject } from "./routed-projects.ts";
import type { SeenPosts } from "./seen-posts.ts";

export interface DispatcherOptions {
  readonly sessions: Pick<SessionsHeard, "find">;
  /** Those of the channel that sessions can begin in, as of now; the first is meant where none is named. */
  readonly projects: () => readonly RoutedProject[];
  readonly audit: Pick<AuditTrail, "append">;
  /** Posts a single reply in a thread, whether it has a session or not. */
  readonly reply: (threadId: ThreadId, notice: Notice) => void;
  /** Those that they may take part in. */
  readonly listSessions: (by: UserId) => Notice;
  readonly botName: string;
}

export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #seenPosts: Pick<SeenPosts, "now">;
  readonly #limits = new Limits();

  constructor(options: DispatcherOptions, seenPosts: Pick<SeenPosts, "now">) {
    this.#options = options;
    this.#seenPosts = seenPosts;
  }

  tryTakeReaction(by: UserId, emojiName: string): boolean {
    return this.#limits.tryTakeReaction(by, emojiName, this.#seenPosts.now);
  }

  dispatch(decided: Exclude<Route, { kind: "ignore" }>, by: Person, { threadId, createdAt }: Post): void {
    const { projects, reply, sessions } = this.#options;
    const { now } = this.#seenPosts;
    // What is dated in the future counts as now: nobody has to be silent until then.
    const at = Math.min(createdAt, now);
    const isBot = isBotIn(projects(), by.id);
    if (decided.kind === "refuse") {
      this.#refuse(threadId, by);
    } else if (
      !this.#limits.tryTakePost(decided, by.id, isListedIn(projects(), by.id), threadId, at, isBot)
    ) {
      // A bot learns nothing by it: it is for people to read, and no more posts than that.
      const mayTell = isBot
        ? this.#limits.tryTakeRefusal(by.id, now)
        : this.#limits.tryTakeWarning(by.id, now);
      if (mayTell) {
        reply(threadId, notice(tooMuch(by)));
      }
    } else if (decided.kind === "reply") {
      if (this.#limits.tryTakeRemark(by.id, now)) {
        reply(threadId, REPLIES[decided.reply](projects()));
      }
    } else if (decided.kind === "unknownProject") {
      if (this.#limits.tryTakeRemark(by.id, now)) {
        reply(threadId, notice(noProject(decided.named, projects())));
      }
    } else if (decided.kind === "removeWorktree") {
      void this.#removeWorktree(decided);
    } else if (decided.kind === "listSessions") {
      if (this.#limits.tryTakeRemark(by.id, now)) {
        reply(threadId, this.#options.listSessions(by.id));
      }
    } else if (decided.kind === "projectCommand") {
      this.#projectCommand(decided);
    } else if (decided.kind === "adopt") {
      this.#adopt(decided);
    } else if (decided.kind === "deliver") {
      sessions.find(threadId)?.deliver(decided.signal);
    } else {
      this.#open(decided);
    }
  }

  #open({ threadId, by, message, project: name, branch }: Route & { readonly kind: "open" }): void {
    const project = this.#options.projects().find((one) => one.name === name);
    if (project && !project.sessions.open(threadId, by, message, branch)) {
      this.#options.reply(threadId, notice(tooBusy(project.maxSessions)));
    }
  }

  #projectCommand({ threadId, project: name, command }: Route & { readonly kind: "projectCommand" }): void {
    const projects = this.#options.projects();
    const project = projects.find((one) =>
      name === undefined ? one.sessions.find(threadId) : one.name === name,
    );
    if (project) {
      project.command(command);
    } else {
      this.#options.reply(threadId, notice("This session's project is no longer among those of mm-claude."));
    }
  }

  #adopt({ threadId, by, project: name, conversationId }: Route & { readonly kind: "adopt" }): void {
    const project = this.#options.projects().find((one) => one.name === name);
    const tell = (problem: string | undefined): void => {
      if (problem !== undefined) {
        this.#options.reply(threadId, notice(problem));
      }
    };
    whenThere(project?.adopt(threadId, by, conversationId), tell, (error) =>
      tell(`⚠️ ${error instanceof Error ? error.message : String(error)}`),
    );
  }

  /** In whichever of the projects has it. */
  async #removeWorktree({ threadId, by, branch, isConfirmed }: Route & { readonly kind: "removeWorktree" }) {
    const { audit, projects, reply } = this.#options;
    for (const project of projects().filter((one) => maySteerIn(one, by.id))) {
      const said = await project.removeWorktree(branch, { isConfirmed });
      if (said !== undefined) {
        if (said.isRemoved) {
          audit.append({
            action: "worktree-removed",
            by,
            threadId,
            what: { branch, isBranchDeleted: false },
          });
        }
        reply(threadId, notice(said.text));
        return;
      }
    }
    reply(threadId, notice(`ℹ️ There is no worktree of ${inlineCode(branch, 80)} here.`));
  }

  #refuse(threadId: ThreadId, by: Person): void {
    const { audit, botName, reply } = this.#options;
    if (this.#limits.tryTakeRefusal(by.id, this.#seenPosts.now)) {
      audit.append({ action: "refused", by, threadId });
      // In code format: a name that pinged could make two bots answer each other without end.
      const words =
        `🔒 Sorry ${inlineCode(`@${by.name}`)}, you are not among those who may start a session with ` +
        `${inlineCode(`@${botName}`)}. Ask whoever runs it to add you to ALLOWED_USERS.`;
      reply(threadId, notice(words));
    }
  }
}

function tooMuch({ name }: Person): string {
  return `⏳ That was a lot at once, ${inlineCode(`@${name}`)}: the last messages were not taken. Send them again in a while.`;
}

function noProject(named: string, projects: readonly RoutedProject[]): string {
  return projects.length === 0
    ? "No session begins in this channel any more: its projects are no longer among those of mm-claude. Sessions that run go on."
    : `There is no project ${inlineCode(named, 80)} here. ${listed(projects)}`;
}

function listed(projects: readonly RoutedProject[]): string {
  const names = projects.map(({ name }) => inlineCode(name));
  return names.length === 1
    ? `This channel's project is ${names[0]}.`
    : `The projects of this channel are ${names.join(", ")}: begin with \`in NAME: …\`, or the first is meant.`;
}

type Reply = (projects: readonly RoutedProject[]) => Notice;

const REPLIES: Readonly<Record<(Route & { readonly kind: "reply" })["reply"], Reply>> = {
  empty: () => notice("Mention me with your request"),
  help: () => notice("Write them in a thread that has a session.", helpText()),
  projects: (projects) => notice(listed(projects)),
  resume: () =>
    notice(
      "Write it as `resume` and the id that Claude Code has shown when it ended, or shows at `/status`.",
    ),
  noSession: () => notice("There is no session in this thread. Mention me with your request to start one."),
};
