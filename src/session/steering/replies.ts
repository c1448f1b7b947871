// What Claude has answered to our requests: which function takes which.

import type { ClaudeReply, RequestKind, RequestOf } from "../../claude/requests.ts";
import type { Person } from "../authorization.ts";
import type { Replied, Step } from "../types.ts";
import { modeReplied } from "./mode.ts";
import { stopReplied } from "./task-commands.ts";
import { outputReplied } from "./task-progress.ts";

type ReplyHandler<Kind extends RequestKind> = (
  step: Step,
  reply: ClaudeReply<Kind>,
  request: RequestOf<Kind>,
  by: Person | undefined,
) => void;

const HANDLERS: { readonly [Kind in RequestKind]?: ReplyHandler<Kind> } = {
  setMode: modeReplied,
  stopTask: stopReplied,
  taskOutput: outputReplied,
};

export function onReply(step: Step, { request, by, reply }: Replied): void {
  (HANDLERS[request.kind] as ReplyHandler<RequestKind> | undefined)?.(step, reply, request, by);
}
