// One conversation with one Claude Code process: the control protocol's bookkeeping (what we asked, what
// is asked of us, what was sent before it was ready). Knows nothing of the wire's event shapes.

import { type Clock, systemClock } from "../util/clock.ts";
import { claudeArguments, claudeEnvironment } from "./argv.ts";
import { createDecoder, type Decoded } from "./decode.ts";
import { decodeReady, decodeRequestHead } from "./decode-control.ts";
import { ClaudeError } from "./error.ts";
import { withoutFileMentions } from "./file-mentions.ts";
import { type End, type Spawn, startProcess } from "./process.ts";
import { runsCommands } from "./process-tree.ts";
import { createSentMessages } from "./sent-messages.ts";
import type {
  ClaudeClient,
  ClaudeEvent,
  ClaudeStart,
  MessageBlock,
  PermissionAnswer,
  RequestId,
} from "./types.ts";
import { createUnreportedTasks } from "./unreported-tasks.ts";

export interface ClaudeDependencies {
  readonly spawn?: Spawn;
  readonly environment?: NodeJS.ProcessEnv;
  /** Claude's environment holds no variable in whose value one of them stands. */
  readonly secrets?: readonly string[];
  /** A CLI that does not answer `initialize` in this time is ended. */
  readonly initializeTimeoutMs?: number;
  readonly debug?: (line: string) => void;
  readonly clock?: Clock;
}

type Pending = (outcome: { readonly payload: unknown } | { readonly error: ClaudeError }) => void;

export function startClaude(
  start: ClaudeStart,
  listener: (event: ClaudeEvent) => void,
  dependencies: ClaudeDependencies = {},
): ClaudeClient {
  const { environment = process.env, initializeTimeoutMs = 60_000, debug = () => {} } = dependencies;
  const decode = createDecoder();
  const pending = new Map<string, Pending>();
  const openAsks = new Set<string>();
  const sent = createSentMessages();
  const unreported = createUnreportedTasks({
    clock: dependencies.clock ?? systemClock,
    isAnyRunning: () => child.pid !== undefined && runsCommands(child.pid),
    changed: (tasks) => listener({ type: "backgroundTasks", tasks }),
  });
  let held: object[] | undefined = [];
  let failure: string | undefined;
  let isWorking = false;
  let requests = 0;

  const child = startProcess(
    {
      path: start.claudePath,
      arguments: claudeArguments(start),
      directory: start.directory,
      environment: claudeEnvironment(environment, dependencies.secrets),
    },
    {
      line: (line) => {
        for (const decoded of decode(line)) receive(decoded);
      },
      tooLong: (limitBytes, head) => {
        listener({ type: "malformed", detail: `a line of more than ${inMegabytes(limitBytes)}` });
        const asked = decodeRequestHead(head);
        if (asked !== undefined) refuse(asked, "The request is too long.");
      },
      endless: (bytes) => giveUp(`"${start.claudePath}" wrote a line of more than ${inMegabytes(bytes)}.`),
      ended,
    },
    dependencies.spawn,
  );

  const write = (frame: object): void => child.write(JSON.stringify(frame));
  /** Only after `initialize` was answered, in the order of the calls. */
  const say = (frame: object): void => {
    if (held === undefined) write(frame);
    else held.push(frame);
  };

  function frameRequest(request: object, settle: Pending): object {
    const requestId = `mm-${++requests}`;
    pending.set(requestId, settle);
    return { type: "control_request", request_id: requestId, request };
  }

  /** The process is of no use: say why and end it. `exited` repeats the reason. */
  function giveUp(why: string): void {
    failure = why;
    void child.close(0);
  }

  const initializeTimer = setTimeout(() => {
    giveUp(`"${start.claudePath}" did not answer within ${initializeTimeoutMs / 1000} s of its start.`);
  }, initializeTimeoutMs);

  // The affordance: an interruption ends the turn, and not what runs in the background (2.1.330; others don't know it).
  write(
    frameRequest({ subtype: "initialize", hooks: null, perTaskStopAffordance: true }, (outcome) => {
      clearTimeout(initializeTimer);
      if ("error" in outcome) {
        if (outcome.error.code === "refused") giveUp(outcome.error.message);
        return;
      }
      const ready = decodeReady(outcome.payload);
      listener(ready);
      if (ready.type !== "ready")
        return giveUp(`"${start.claudePath}" gave an unreadable answer at its start.`);
      const messages = held ?? [];
      held = undefined;
      for (const message of messages) write(message);
    }),
  );

  function receive(decoded: Decoded): void {
    switch (decoded.type) {
      case "skipped":
        debug(`claude: skipped ${decoded.what}`);
        return;
      case "response": {
        const settle = pending.get(decoded.requestId);
        pending.delete(decoded.requestId);
        settle?.(
          decoded.error === undefined
            ? { payload: decoded.payload }
            : { error: new ClaudeError("refused", `Claude Code refused a request: ${decoded.error}`) },
        );
        return;
      }
      case "ungranted":
        debug(`claude: refused its request ${decoded.subtype}`);
        refuse(decoded.requestId, `Unsupported request: ${decoded.subtype}`);
        return;
      case "permissionAsked":
      case "planAsked":
      case "questionAsked":
        isWorking = true;
        openAsks.add(decoded.requestId);
        break;
      case "askCancelled":
        // Taken back while our answer was on its way: it is answered already.
        if (!openAsks.delete(decoded.requestId)) return;
        break;
      case "replayed":
        tellTaken(sent.taken(decoded.uuid));
        return;
      case "lifecycle":
        debug(`claude: message ${decoded.uuid} is ${decoded.state}`);
        tellTaken(sent.followed(decoded.uuid, decoded.state));
        return;
      case "silentTurn":
        // A hook's words are written down by 1.0.128 and 2.0.76, but not said.
        for (const uuid of sent.refused()) {
          listener({ type: "promptRefused", reason: "" });
          listener({ type: "replayed", uuid });
        }
        return;
      case "backgrounded":
        unreported.began(decoded.task);
        return;
      case "backgroundTasks":
        unreported.areReported();
        break;
      case "taskEnded":
        unreported.ended(decoded.taskId);
        break;
      case "turnStarted":
        isWorking = true;
        break;
      case "turnEnded":
        // Nothing had begun: the program says why it is about to end, and has taken no message.
        if (!isWorking && decoded.isError) {
          failure ??= decoded.reason;
          return;
        }
        isWorking = false;
        tellTaken(sent.turnEnded());
        break;
    }
    listener(decoded);
  }

  function refuse(requestId: string, error: string): void {
    write({ type: "control_response", response: { subtype: "error", request_id: requestId, error } });
  }

  function tellTaken(uuids: readonly string[]): void {
    for (const uuid of uuids) listener({ type: "replayed", uuid });
  }

  function ended(end: End): void {
    clearTimeout(initializeTimer);
    unreported.stop();
    for (const settle of pending.values()) {
      settle({ error: new ClaudeError("exited", "Claude Code ended before it answered.") });
    }
    pending.clear();
    openAsks.clear();
    held = undefined;
    const isSaid = failure === undefined || end.stderr.includes(failure);
    const stderr = isSaid ? end.stderr : `${failure}\n${end.stderr}`.trim();
    listener({ type: "exited", code: end.code, signal: end.signal, stderr });
  }

  function interrupt(): void {
    say(
      frameRequest({ subtype: "interrupt" }, (outcome) => {
        if ("error" in outcome) debug(`claude: interrupt: ${outcome.error.message}`);
      }),
    );
  }

  return {
    pid: child.pid,
    send(uuid, content) {
      sent.add(uuid, content);
      say({ type: "user", message: { role: "user", content: content.map(wireBlock) }, uuid });
    },
    answer(requestId: RequestId, answer: PermissionAnswer) {
      if (!openAsks.delete(requestId)) return;
      write({
        type: "control_response",
        response: { subtype: "success", request_id: requestId, response: answer },
      });
    },
    interrupt,
    close(graceMs) {
      // With stdin closed a running turn goes on to its end, and would then be cut off unsaved; an open ask
      // fails and Claude works on without us. An interrupted turn is saved, and the process ends at once.
      if (isWorking) interrupt();
      return child.close(graceMs);
    },
  };
}

const inMegabytes = (bytes: number): string => `${Math.floor(bytes / 1024 ** 2)} MB`;

function wireBlock(block: MessageBlock): object {
  return block.type === "text"
    ? { type: "text", text: withoutFileMentions(block.text) }
    : { type: "image", source: { type: "base64", media_type: block.mediaType, data: block.base64 } };
}
