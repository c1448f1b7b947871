// One session's `step`, played by hand: what goes in as words of the tests, what comes out as lines to compare.

import type { ClaudeEvent, Question, RequestId, ToolInput, ToolUseId } from "../../src/claude/types.ts";
import type { PostId, User, UserId } from "../../src/mattermost/types.ts";
import type { Person, RightsOf } from "../../src/session/authorization.ts";
import type { SessionContext } from "../../src/session/context.ts";
import type { SessionListener } from "../../src/session/listeners.ts";
import type { Command, Message, Signal } from "../../src/session/signals.ts";
import { initialState } from "../../src/session/state.ts";
import { step } from "../../src/session/step.ts";
import type { Effect, SessionState } from "../../src/session/types.ts";

export const person = (name: string): Person => ({ id: name as UserId, name });
export const user = (name: string, more: Partial<User> = {}): User => ({
  id: name as UserId,
  username: name,
  isBot: false,
  isActive: true,
  ...more,
});

export const OWNER = person("alice");
export const LISTED = person("bob");
export const INVITED = person("ivy");
export const OTHER = person("oscar");

/** The owner and `bob` are on the list, everybody may approve who may at all. */
export const rightsOf: RightsOf = (id) => ({
  isListed: [OWNER.id, LISTED.id].includes(id),
  isApprover: true,
});

/** What a post says, its attachment last. */
const wordsOf = ({ markdown, attachment }: Effect & { readonly type: "put" }): string =>
  [markdown, attachment?.text ?? ""].filter((part) => part !== "").join("\n");

/** What goes to Claude, and what goes to it once its files have been fetched. */
function wordsSent(effect: Effect): string[] {
  if (effect.type === "prepare") {
    return [effect.text];
  }
  return effect.type === "send"
    ? effect.content.flatMap((block) => (block.type === "text" ? [block.text] : []))
    : [];
}

const CONVERSATION = "3f0b1c1e-0000-4000-8000-000000000000";

export interface Script {
  readonly state: SessionState;
  /** What the last signal caused, without the beats of timers and typing. */
  readonly effects: Effect[];
  now: number;
  /** Hears the session besides its thread. */
  listener?: SessionListener;
  take(signal: Signal): Effect[];
  says(by: Person, text: string, more?: Partial<Message>): Effect[];
  command(by: Person, command: Command): Effect[];
  claude(event: ClaudeEvent, more?: { generation?: number; fileBefore?: string }): Effect[];
  react(by: Person, postId: string, emojiName: string, isRemoval?: boolean): Effect[];
  /** Gives the newest card that is not posted yet its id, `c1`, `c2` and so on, and tells it. */
  postCard(): string;
  flush(): Effect[];
  /** The newest text of each post, by key. */
  readonly posts: Map<string, string>;
  /** Every text there ever was, joined. */
  said(): string;
  answers(): unknown[];
  sent(): string[];
}

export const CONTEXT: SessionContext = {
  version: "0.1.0",
  botName: "claude-code",
  directory: "/home/alice/project",
  home: "/home/alice",
  maxSessions: 5,
  idleMs: 1_800_000,
  isAuto: false,
  postLimit: 16_383,
  timeZone: "UTC",
  rightsOf,
  approvers: () => [],
  otherProjects: () => [],
};

/** What somebody writes; by the owner, when nothing else is said. */
export const messageOf = (id: string, text: string, more: Partial<Message> = {}): Message => ({
  uuid: id,
  postId: id as PostId,
  by: OWNER,
  text,
  files: [],
  isSlashCommand: false,
  withThread: false,
  ...more,
});

export function createScript(more: Partial<SessionContext> = {}): Script {
  const context = { ...CONTEXT, ...more };
  const state = initialState(OWNER, 1, context, 0, CONVERSATION);
  const posts = new Map<string, string>();
  const all: Effect[] = [];
  let commands = 0;
  let messages = 0;
  let cards = 0;
  /** The server's clock: whatever comes later is later. */
  let at = 0;
  const script: Script = {
    state,
    effects: all,
    now: 0,
    posts,
    take(signal) {
      const effects = step(state, signal, context, script.now, script.listener?.hear);
      script.listener?.stepped(state, signal, effects);
      for (const effect of effects) {
        all.push(effect);
        if (effect.type === "put") {
          posts.set(effect.key, wordsOf(effect));
        }
      }
      return effects;
    },
    says(by, text, parts = {}) {
      messages++;
      const message = messageOf(`m${messages}`, text, { uuid: `u${messages}`, by, at: ++at, ...parts });
      return script.take({ type: "message", message });
    },
    command: (by, command) =>
      script.take({ type: "command", by, postId: `command${++commands}` as PostId, command }),
    claude: (event, { generation = state.generation, fileBefore } = {}) =>
      script.take({ type: "claude", generation, event, ...(fileBefore === undefined ? {} : { fileBefore }) }),
    react: (by, postId, emojiName, isRemoval = false) =>
      script.take({ type: "reaction", by, postId: postId as PostId, emojiName, isRemoval, uuid: "by-emoji" }),
    postCard() {
      const ask = state.asks.findLast((one) => one.postId === undefined);
      if (!ask) {
        throw new Error("no card waits to be posted");
      }
      for (const { key } of ask.pieces ?? []) {
        script.take({ type: "posted", key, postId: `${key}-post` as PostId, at: ++at });
      }
      const postId = `c${++cards}` as PostId;
      script.take({ type: "posted", key: ask.key, postId, at: ++at });
      return postId;
    },
    flush: () => {
      script.now += 2000;
      return script.take({ type: "timer", name: "flush" });
    },
    said: () => all.flatMap((effect) => (effect.type === "put" ? [wordsOf(effect)] : [])).join("\n---\n"),
    answers: () =>
      all.flatMap((effect) => (effect.type === "answer" ? [{ to: effect.requestId, ...effect.answer }] : [])),
    sent: () => all.flatMap(wordsSent),
  };
  return script;
}

/** A session whose owner has spoken and whose Claude has begun to work. */
export function working(more: Partial<SessionContext> = {}): Script {
  const script = createScript(more);
  script.says(OWNER, "go");
  script.claude({ type: "turnStarted", model: "m" });
  script.claude({ type: "replayed", uuid: "u1" });
  return script;
}

/** `/name …`; not certain: it may be a message that only begins like a command. */
export function slash(script: Script, by: Person, words: string, isCertain: boolean): void {
  const [name = ""] = words.split(" ", 1);
  const message = messageOf(`s-${name}`, `/${words}`, { by, isSlashCommand: true, at: 1_000_000 });
  const orElse = isCertain ? undefined : { ...message, isSlashCommand: false };
  script.command(by, { name: "slash", slash: name, message, orElse });
}

export const permission = (id: string, command = "npm test"): ClaudeEvent => ({
  type: "permissionAsked",
  requestId: id as RequestId,
  toolName: "Bash",
  input: { command },
  toolUseId: `tool-${id}` as ToolUseId,
});

export const plan = (id: string, text = "# The plan"): ClaudeEvent => ({
  type: "planAsked",
  requestId: id as RequestId,
  plan: text,
  input: { plan: text },
  toolUseId: undefined,
});

export const question = (text: string, labels: readonly string[], multiSelect = false): Question => ({
  question: text,
  header: "",
  multiSelect,
  options: labels.map((label) => ({ label, description: "" })),
});

export const asks = (id: string, ...questions: Question[]): ClaudeEvent => ({
  type: "questionAsked",
  requestId: id as RequestId,
  questions,
  input: { questions },
  toolUseId: undefined,
});

export const toolUse = (id: string, name: string, input: ToolInput): ClaudeEvent => ({
  type: "toolUse",
  id: id as ToolUseId,
  name,
  input,
});

export const toolResult = (
  id: string,
  text: string,
  isError = false,
  structured: unknown = undefined,
): ClaudeEvent => ({
  type: "toolResult",
  id: id as ToolUseId,
  isError,
  text,
  structured,
});

export const exited = (stderr = "", code: number | null = 1, signal: string | null = null): ClaudeEvent => ({
  type: "exited",
  code,
  signal,
  stderr,
});

export const turnEnded = (isError = false, reason = "", wasAborted = false): ClaudeEvent => ({
  type: "turnEnded",
  isError,
  reason,
  wasAborted,
});
