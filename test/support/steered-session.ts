// A session steered by any sequence of what people may do, with a Claude of a few lines that keeps what it is started with
// and told, and a document that is read again after a crash, whether or not what was to be done by then was done.

import { isSameRule, type PermissionRule } from "../../src/claude/permission-rules.ts";
import type { ClaudeEvent } from "../../src/claude/types.ts";
import type { PostId, ThreadId } from "../../src/mattermost/types.ts";
import type { Person, RightsOf } from "../../src/session/authorization.ts";
import { decodeSnapshot, encodeSnapshot } from "../../src/session/snapshot.ts";
import { MODES } from "../../src/session/steering/modes.ts";
import { rulesInForce } from "../../src/session/steering/rules.ts";
import { startChoices } from "../../src/session/steering/start.ts";
import type { KeptRule } from "../../src/session/steering/types.ts";
import type { Effect } from "../../src/session/types.ts";
import {
  CONTEXT,
  createScript,
  exited,
  INVITED,
  LISTED,
  OWNER,
  permission,
  turnEnded,
} from "./session-script.ts";
import type { Act } from "./steering-acts.ts";

const RULES: readonly PermissionRule[] = [
  { tool: "Bash", content: "npm test *" },
  { tool: "Bash", content: "npm run *" },
];
const CHANGE = { change: { files: ["/home/alice/project/a.txt"], added: 1, removed: 0 } };

/** How often each thing came about, in all runs. */
export const seen: Record<string, number> = {};
export const count = (what: string): void => {
  seen[what] = (seen[what] ?? 0) + 1;
};

interface Claude {
  mode: string;
  model: string;
  effort: string;
  thinking: number | null;
  /** What it lets through unasked, unless it is to ask all the same. */
  rules: readonly PermissionRule[];
  asksDespite: readonly PermissionRule[];
}

type Request = Effect & { readonly type: "request" };

export function play(list: readonly Act[], acting: (by: Person) => boolean) {
  const listed = new Set([OWNER.id, LISTED.id]);
  const rightsOf: RightsOf = (id) => ({ isListed: listed.has(id), isApprover: true });
  let kept: readonly KeptRule[] = [];
  let microUsd = 0;
  let limitMicroUsd = 1_000_000;
  const day = () => ({
    spent: { microUsd, inputTokens: 0, outputTokens: 0 },
    limitMicroUsd,
    stepMicroUsd: 1_000_000,
    endsAt: 1e12,
  });
  const context = {
    rightsOf,
    keptRules: () => kept,
    costs: {
      dayOf: day,
      channel: () => ({ today: day().spent, inAll: day().spent, since: "2026-11-28" }),
    },
  };
  const script = createScript(context);
  script.state.participants.set(INVITED.id, INVITED.name);
  let claude: Claude | undefined;
  let open: Request[] = [];
  let saved = "";
  let ids = 0;
  const done = { raisedMode: false, undone: 0, spending: 0, stoppedTasks: 0, sentSettings: 0 };
  /** Which rules a card asked about offered, by request. */
  let offered = new Map<string, readonly PermissionRule[]>();

  const save = (): void => {
    saved = encodeSnapshot({
      threadId: "t" as ThreadId,
      process: undefined,
      directory: CONTEXT.directory,
      filesDirectory: undefined,
      state: script.state,
      writer: { entries: [], writes: [] },
    });
  };
  const judge = (): void => {
    if (claude && MODES.indexOf(claude.mode as never) > MODES.indexOf("default")) done.raisedMode = true;
  };
  let isLost = false;
  const hear = (effects: readonly Effect[]): void => {
    save();
    if (isLost) {
      isLost = false;
      count("lost");
      restart();
      return;
    }
    for (const effect of effects) {
      if (effect.type === "startClaude") {
        count("start");
        const { model = "default", permissionMode = "default" } = startChoices(script.state, CONTEXT);
        const rules = rulesInForce(script.state, { ...CONTEXT, ...context });
        claude = { mode: permissionMode, model, effort: "default", thinking: null, rules, asksDespite: [] };
        open = [];
        offered = new Map();
        judge();
      } else if (effect.type === "request") {
        open.push(effect);
        if (effect.request.kind === "askDespite" && claude) {
          // Read in order with the answers to its asks. The list takes the place of the one before it (2.1.330).
          count("ruleRevoked");
          claude.asksDespite = effect.request.rules;
        }
      } else if (effect.type === "closeClaude") {
        claude = undefined;
      } else if (effect.type === "acquireSlot") {
        hear(script.take({ type: "slotGranted", slot: 1 }));
      } else if (effect.type === "keepRules") {
        count("keepRules");
        kept = effect.rules;
      } else if (effect.type === "costs" && effect.change.type === "limitRaised") {
        count("limitRaised");
        done.spending++;
        limitMicroUsd += 1_000_000;
      } else if (effect.type === "answer" && claude && "rules" in effect.answer) {
        count("ruleGiven");
        const made = offered.get(effect.requestId) ?? [];
        claude.rules = [
          ...claude.rules,
          ...made.filter((rule) => !claude?.rules.some((one) => isSameRule(one, rule))),
        ];
      } else if (effect.type === "put" && effect.key.startsWith("undo") && !effect.isFinal) {
        hear(
          script.take({ type: "posted", key: effect.key, postId: `${effect.key}-post` as PostId, at: ++ids }),
        );
      } else if (effect.type === "put" && effect.key.startsWith("task")) {
        hear(
          script.take({ type: "posted", key: effect.key, postId: `${effect.key}-post` as PostId, at: ++ids }),
        );
      } else if (effect.type === "put" && effect.key === script.state.steering.limits.hold?.post?.key) {
        hear(
          script.take({ type: "posted", key: effect.key, postId: `${effect.key}-post` as PostId, at: ++ids }),
        );
      }
    }
  };
  const tell = (event: ClaudeEvent): void => {
    if (claude) hear(script.claude(event));
  };
  const answerOf = ({ request }: Request): object => {
    if (!claude) return {};
    switch (request.kind) {
      case "setMode":
        claude.mode = request.mode;
        break;
      case "setModel":
        claude.model = request.model ?? "default";
        break;
      case "setEffort":
        claude.effort = request.level ?? "default";
        break;
      case "setThinking":
        claude.thinking = request.tokens;
        break;
      case "previewUndo":
        return CHANGE;
      case "rules":
        return { allowed: [] };
      case "undo":
        count("undone");
        done.undone++;
        break;
      case "stopTask":
        count("taskStopped");
        done.stoppedTasks++;
        break;
    }
    judge();
    return {};
  };
  /** Claude has the message. */
  const take = (): void => {
    const { phase } = script.state;
    if (phase.name === "working" && phase.inFlight) {
      const { model = "m", mode = "default" } = claude ?? {};
      tell({ type: "turnStarted", model: model === "default" ? "m" : model, mode });
      tell({ type: "replayed", uuid: phase.inFlight.message.uuid });
    }
  };
  const answerAll = (): void => {
    for (let next = open.shift(); next; next = open.shift()) {
      const { request, by } = next;
      if (!claude || request.kind === "context") continue;
      const reply = { type: "answered", answer: answerOf(next) } as never;
      hear(script.take({ type: "replied", generation: script.state.generation, request, by, reply }));
    }
  };
  const crash = (): void => {
    if (!claude) return;
    count("crash");
    claude = undefined;
    hear(script.claude(exited()));
  };
  /** mm-claude ends with what is saved; what it was about to do is lost. */
  const restart = (): void => {
    count("restart");
    const document = decodeSnapshot(JSON.parse(saved));
    if (!document) throw new Error("the document can't be read");
    claude = undefined;
    open = [];
    for (const name of Object.keys(script.state)) Reflect.deleteProperty(script.state, name);
    Object.assign(script.state, document.state);
    hear(script.take({ type: "restored", saved: { holdsMessage: undefined, texts: [] } }));
  };
  const postOf = (on: "ask" | "undo" | "hold" | "task"): PostId | undefined => {
    const { asks, steering } = script.state;
    if (on === "ask") return asks.find(({ kind }) => kind === "permission")?.postId;
    if (on === "undo") return steering.undo?.postId;
    if (on === "hold") return steering.limits.hold?.post?.postId;
    return steering.tasks.list.at(-1)?.postId;
  };

  save();
  for (const one of list) {
    if (script.state.phase.name === "ended") break;
    if ("by" in one && !acting(one.by)) continue;
    switch (one.act) {
      case "command":
        hear(
          script.command(one.by, { name: one.name, argument: one.argument, postId: `p${++ids}` as PostId }),
        );
        break;
      case "react": {
        const post = postOf(one.on);
        const ends = ["x", "octagonal_sign"].includes(one.emojiName) && one.on !== "task";
        if (post && !ends) hear(script.react(one.by, post, one.emojiName));
        break;
      }
      case "message":
      case "says":
        hear(script.says(one.by, "go on"));
        break;
      case "btw": {
        const id = `b${++ids}`;
        const message = {
          uuid: id,
          postId: id as PostId,
          by: one.by,
          text: "how far?",
          files: [],
          isSlashCommand: false,
          withThread: false,
        };
        hear(script.command(one.by, { name: "btw", message }));
        break;
      }
      case "clear":
        tell({ type: "conversationReset" } as ClaudeEvent);
        break;
      case "interactive":
        hear(script.command(one.by, { name: "permissions", mode: "interactive" }));
        break;
      case "answer":
        answerAll();
        break;
      case "turnEnds":
        answerAll();
        take();
        tell(turnEnded());
        break;
      case "asks":
        take();
        if (claude && script.state.phase.name === "working") {
          const id = `r${++ids}`;
          const rules = [RULES[ids % 2] ?? { tool: "Bash", content: "npm test *" }];
          offered.set(id, rules);
          tell({ ...permission(id), rules } as ClaudeEvent);
          if (script.state.asks.some(({ kind, postId }) => kind === "permission" && postId === undefined)) {
            count("card");
            script.postCard();
            save();
          }
        }
        break;
      case "task":
        tell({ type: "backgroundTasks", tasks: [{ id: `task${++ids}`, description: "a server" }] } as never);
        break;
      case "crash":
        crash();
        break;
      case "sleep":
        if (claude && script.state.phase.name === "idle") {
          count("sleep");
          hear(script.take({ type: "slotWithdrawn" }));
        }
        break;
      case "restart":
        restart();
        break;
      case "lost":
        isLost = true;
        break;
      case "lose":
        count("rightsChanged");
        listed.has(LISTED.id) ? listed.delete(LISTED.id) : listed.add(LISTED.id);
        hear(script.take({ type: "judgeRules" }));
        break;
      case "spend":
        microUsd += 600_000;
        break;
      case "timer":
        hear(script.take({ type: "timer", name: "limit" }));
        break;
      case "list":
        hear(script.command(OWNER, { name: "rules", argument: "", postId: `p${++ids}` as PostId }));
        break;
    }
  }
  return {
    script,
    done,
    kept: () => kept,
    isAuto: () => script.state.auto !== undefined,
    claude: () => claude,
    unasked: () => claude?.rules.filter((rule) => !claude?.asksDespite.some((one) => isSameRule(one, rule))),
    /** Claude wakes, has all answers, and what is shown is shown. */
    settle(): void {
      isLost = false;
      microUsd = 0;
      answerAll();
      tell(turnEnded());
      hear(script.take({ type: "timer", name: "limit" }));
      hear(script.says(OWNER, "the last"));
      answerAll();
      hear(script.command(OWNER, { name: "rules", argument: "", postId: `p${++ids}` as PostId }));
      answerAll();
    },
  };
}
