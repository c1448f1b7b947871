// What Claude has answered to our requests: which function takes which.

import type { ClaudeReply, RequestKind, RequestOf } from "../../claude/requests.ts";
import type { Person } from "../authorization.ts";
import type { Replied } from "../signals.ts";
import type { Step } from "../types.ts";
import { asideReplied } from "./aside.ts";
import { contextReplied, usageReplied } from "./costs.ts";
import { noteContext } from "./model.ts";
import { askDespiteReplied, rulesReplied } from "./rules.ts";
import { settingReplied } from "./settings.ts";
import { stopReplied } from "./task-commands.ts";
import { outputReplied } from "./task-progress.ts";
import { canPreviewUndoReplied, previewUndoReplied, undoReplied } from "./undo.ts";

type ReplyHandler<Kind extends RequestKind> = (
  step: Step,
  reply: ClaudeReply<Kind>,
  request: RequestOf<Kind>,
  by: Person | undefined,
) => void;

const HANDLERS: { readonly [Kind in RequestKind]?: ReplyHandler<Kind> } = {
  setMode: settingReplied,
  setModel: settingReplied,
  setEffort: settingReplied,
  setThinking: settingReplied,
  context(step, reply, _, by) {
    noteContext(step, reply, by);
    if (by) {
      contextReplied(step, reply);
    }
  },
  usage: usageReplied,
  canPreviewUndo: canPreviewUndoReplied,
  previewUndo: previewUndoReplied,
  undo: undoReplied,
  aside: asideReplied,
  rules: rulesReplied,
  askDespite: askDespiteReplied,
  stopTask: stopReplied,
  taskOutput: outputReplied,
};

export function onReply(step: Step, { request, by, reply }: Replied): void {
  (HANDLERS[request.kind] as ReplyHandler<RequestKind> | undefined)?.(step, reply, request, by);
}
