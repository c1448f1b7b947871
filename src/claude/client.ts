// The client of one Claude Code process: the state of the control protocol (what we have asked, what Claude asks, what
// was sent before the process was ready). Knows nothing of the wire's event shapes.

import type { RemoteTimes } from "../remote/claude-script.ts";
import { type Clock, systemClock } from "../util/clock.ts";
import { claudeEnvironment } from "./argv.ts";
import { commandOf } from "./command.ts";
import { ControlRequests, type Outcome } from "./control-requests.ts";
import { type Decoded, Decoder } from "./decode.ts";
import { decodeRequestHead } from "./decode-control.ts";
import { withoutFileMentions } from "./file-mentions.ts";
import { withJoinedWords } from "./joined-words.ts";
import { OwnTools } from "./own-tools.ts";
import { rulesToAdd } from "./permission-rules.ts";
import { ClaudeProcess, type End, type Spawn } from "./process.ts";
import type { ClaudeReply, ClaudeRequest } from "./requests.ts";
import { askingForCommands } from "./running-commands.ts";
import { SentMessages } from "./sent-messages.ts";
import { Startup } from "./startup.ts";
import { TypedRequests } from "./typed-requests.ts";
import type {
  CallId,
  ClaudeClient,
  ClaudeEvent,
  ClaudeStart,
  MessageBlock,
  OwnToolResult,
  PermissionAnswer,
  RequestId,
} from "./types.ts";
import { UnreportedTasks } from "./unreported-tasks.ts";

export interface ClaudeDependencies {
  readonly spawn?: Spawn;
  readonly environment?: NodeJS.ProcessEnv;
  /** No variable whose value contains one of them is in Claude's environment. */
  readonly secrets?: readonly string[];
  /** A CLI that does not answer `initialize` in this time is ended. */
  readonly initializeTimeoutMs?: number;
  /** Of one on another machine. */
  readonly remoteTimes?: RemoteTimes | undefined;
  readonly debug?: (line: string) => void;
  readonly clock?: Clock;
}

type Listener = (event: ClaudeEvent) => void;
type TurnEnded = Extract<ClaudeEvent, { readonly type: "turnEnded" }>;

export class StdioClient implements ClaudeClient {
  readonly #path: string;
  readonly #listener: Listener;
  readonly #debug: (line: string) => void;
  readonly #startup: Startup;
  readonly #process: ClaudeProcess;
  readonly #decoder = new Decoder();
  readonly #requests = new ControlRequests();
  readonly #typedRequests: TypedRequests;
  readonly #openAsks = new Set<RequestId>();
  readonly #ownTools: OwnTools;
  readonly #sent = new SentMessages();
  readonly #unreportedTasks: UnreportedTasks;
  #isWorking = false;
  /** Why the process is of no use. */
  #failure: string | undefined;

  /** Starts nothing: `start` does. */
  constructor(start: ClaudeStart, listener: Listener, dependencies: ClaudeDependencies) {
    const { environment = process.env, initializeTimeoutMs = 60_000, debug = () => {} } = dependencies;
    const { clock = systemClock } = dependencies;
    this.#path = start.claudePath;
    this.#listener = listener;
    this.#debug = debug;
    this.#ownTools = new OwnTools(start.ownTools ?? [], {
      respond: (requestId, message) => this.#respond(requestId, { mcp_response: message }),
      emit: listener,
    });
    const command = commandOf(
      start,
      claudeEnvironment(environment, dependencies.secrets),
      dependencies.remoteTimes,
    );
    const output = {
      lines: (lines: readonly string[]) => this.#readLines(lines),
      tooLong: (limitBytes: number, head: string) => this.#refuseLine(limitBytes, head),
      endless: (bytes: number) => this.#giveUp(`wrote a line of more than ${inMegabytes(bytes)}`),
      ended: (end: End) => this.#ended(end),
    };
    this.#process = new ClaudeProcess(command, output, dependencies.spawn);
    this.#startup = new Startup({
      servers: this.#ownTools.servers,
      manifests: this.#ownTools.manifests,
      hasInstructions: start.instructions !== undefined,
      timeoutMs: initializeTimeoutMs,
      request: (request, settle) => this.#request(request, settle),
      listener,
      onReady: (payload) => this.#ownTools.noteReady(payload),
      onServers: (payload) => this.#ownTools.noteStatus(payload),
      giveUp: (what) => this.#giveUp(what),
      refused: (reason) => this.#end(reason),
      debug,
    });
    this.#typedRequests = new TypedRequests({
      clock,
      debug,
      request: (request, settle, { sent, begun }) =>
        this.#startup.whenReady(() => {
          sent();
          this.#request(request, settle, begun);
        }),
    });
    this.#unreportedTasks = new UnreportedTasks({
      clock,
      ...askingForCommands(start.remote, command, () => this.pid),
      onChange: (tasks) => listener({ type: "backgroundTasks", tasks }),
    });
  }

  /** Never throws: a CLI that cannot be started is an `exited` event. */
  static start(start: ClaudeStart, listener: Listener, dependencies: ClaudeDependencies = {}): StdioClient {
    const client = new StdioClient(start, listener, dependencies);
    client.#process.start();
    client.#startup.begin();
    return client;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  send(uuid: string, content: readonly MessageBlock[]): void {
    this.#sent.add(uuid, content);
    const message = { role: "user", content: content.map(wireBlock) };
    this.#startup.whenReady(() => this.#write({ type: "user", message, uuid }));
  }

  answer(requestId: RequestId, answer: PermissionAnswer): void {
    if (this.#openAsks.delete(requestId)) {
      this.#respond(requestId, wireAnswer(answer));
    }
  }

  answerCall(callId: CallId, result: OwnToolResult): void {
    this.#ownTools.answer(callId, result);
  }

  interrupt(): void {
    this.#startup.whenReady(() =>
      this.#request({ subtype: "interrupt" }, (outcome) => {
        if ("error" in outcome) {
          this.#debug(`claude: interrupt: ${outcome.error.message}`);
        }
      }),
    );
  }

  request(request: ClaudeRequest, reply: (reply: ClaudeReply) => void): void {
    this.#typedRequests.ask(request, reply);
  }

  close(graceMs: number): Promise<void> {
    // If only stdin ended, a running turn would go on until it is cut off without being saved, and an open ask would
    // fail while Claude works on without an answer. An interrupted turn is saved, and then the process ends at once.
    if (this.#isWorking) {
      this.interrupt();
    }
    return this.#process.close(graceMs);
  }

  #write(frame: object): void {
    this.#process.write(JSON.stringify(frame));
  }

  #request(request: object, settle: (outcome: Outcome) => void, begun?: () => void): void {
    this.#write(this.#requests.create(request, settle, begun));
  }

  #respond(requestId: string, content: object): void {
    const response = { subtype: "success", request_id: requestId, response: content };
    this.#write({ type: "control_response", response });
  }

  /** Claude works on when a request of its own is refused; without an answer it would wait for ever. */
  #refuse(requestId: string, error: string): void {
    const response = { subtype: "error", request_id: requestId, error };
    this.#write({ type: "control_response", response });
  }

  #readLines(lines: readonly string[]): void {
    for (const decoded of withJoinedWords(lines.flatMap((line) => this.#decoder.decode(line)))) {
      this.#receive(decoded);
    }
  }

  #refuseLine(limitBytes: number, head: string): void {
    this.#listener({ type: "malformed", detail: `a line of more than ${inMegabytes(limitBytes)}` });
    const requestId = decodeRequestHead(head);
    if (requestId !== undefined) {
      this.#refuse(requestId, "The request is too long.");
    }
  }

  /** What concerns this client alone ends here; the rest is for the listener. */
  #receive(decoded: Decoded): void {
    switch (decoded.type) {
      case "skipped":
        this.#debug(`claude: skipped ${decoded.what}`);
        break;
      case "response":
        this.#requests.answered(decoded);
        break;
      case "requestBegun":
        this.#requests.begun(decoded.requestId);
        break;
      case "unsupported":
        this.#refuseUnsupported(decoded.requestId, decoded.subtype);
        break;
      case "mcpMessage":
        this.#receiveMcp(decoded);
        break;
      case "mcpToolAsked":
        this.#receive(this.#ownTools.recognise(decoded));
        break;
      case "replayed":
        this.#reportTaken(this.#sent.noteEcho(decoded.uuid));
        break;
      case "lifecycle":
        this.#debug(`claude: message ${decoded.uuid} is ${decoded.state}`);
        this.#reportTaken(this.#sent.noteState(decoded.uuid, decoded.state));
        break;
      case "silentTurn":
        this.#reportRefused(this.#sent.noteSilentTurn());
        break;
      case "backgrounded":
        this.#unreportedTasks.add(decoded.task);
        break;
      case "shellKilled":
        this.#unreportedTasks.remove(decoded.taskId);
        break;
      default:
        if (this.#note(decoded)) {
          this.#listener(decoded);
        }
    }
  }

  #refuseUnsupported(requestId: string, subtype: string): void {
    this.#debug(`claude: refused its request ${subtype}`);
    this.#refuse(requestId, `Unsupported request: ${subtype}`);
  }

  #receiveMcp({ requestId, server, message }: Extract<Decoded, { readonly type: "mcpMessage" }>): void {
    if (this.#ownTools.servers.includes(server)) {
      this.#ownTools.receive(requestId, message);
    } else {
      this.#refuseUnsupported(requestId, "mcp_message");
    }
  }

  /** Keeps what this client must know of an event; returns whether the listener shall have it. */
  #note(event: ClaudeEvent): boolean {
    switch (event.type) {
      case "permissionAsked":
      case "planAsked":
      case "questionAsked":
        this.#isWorking = true;
        this.#openAsks.add(event.requestId);
        return true;
      case "askCancelled":
        this.#ownTools.cancelRequest(event.requestId);
        // Cancelled while our answer was on its way: it is answered already.
        return this.#openAsks.delete(event.requestId);
      case "backgroundTasks":
        this.#unreportedTasks.disable();
        return true;
      case "taskEnded":
        this.#unreportedTasks.remove(event.taskId);
        return true;
      case "turnStarted":
        this.#isWorking = true;
        return true;
      case "turnEnded":
        return this.#turnEnded(event);
      default:
        return true;
    }
  }

  #turnEnded({ isError, reason }: TurnEnded): boolean {
    // No turn had begun: the program reports why it is about to end, and has taken no message.
    if (!this.#isWorking && isError) {
      this.#failure ??= reason;
      return false;
    }
    this.#isWorking = false;
    this.#reportTaken(this.#sent.noteTurnEnd());
    return true;
  }

  #reportTaken(uuids: readonly string[]): void {
    for (const uuid of uuids) {
      this.#listener({ type: "replayed", uuid });
    }
  }

  #reportRefused(uuids: readonly string[]): void {
    for (const uuid of uuids) {
      // 1.0.128 and 2.0.76 save the hook's reason, but do not send it.
      this.#listener({ type: "promptRefused", reason: "" });
      this.#listener({ type: "replayed", uuid });
    }
  }

  #giveUp(what: string): void {
    this.#end(`"${this.#path}" ${what}.`);
  }

  /** Ends a process that is of no use; `exited` gives the reason. */
  #end(reason: string): void {
    this.#failure = reason;
    void this.#process.close(0);
  }

  #ended({ code, signal, stderr, ...more }: End): void {
    this.#startup.stop();
    this.#unreportedTasks.stop();
    this.#ownTools.end();
    this.#requests.failAll();
    this.#openAsks.clear();
    const isKnown = this.#failure === undefined || stderr.includes(this.#failure);
    const reason = isKnown ? stderr : `${this.#failure}\n${stderr}`.trim();
    this.#listener({ type: "exited", code, signal, stderr: reason, ...more });
  }
}

const inMegabytes = (bytes: number): string => `${Math.floor(bytes / 1024 ** 2)} MB`;

function wireAnswer(answer: PermissionAnswer): object {
  if (answer.behavior === "deny" || answer.rules === undefined) {
    return answer;
  }
  const { rules, ...allowed } = answer;
  return { ...allowed, updatedPermissions: rulesToAdd(rules) };
}

function wireBlock(block: MessageBlock): object {
  return block.type === "text"
    ? { type: "text", text: withoutFileMentions(block.text) }
    : { type: "image", source: { type: "base64", media_type: block.mediaType, data: block.base64 } };
}
