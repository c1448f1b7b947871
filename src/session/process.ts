// The Claude process of one session, and the directory for its files: starts a process or takes one that waits, talks
// to it, and ends it. Knows no state and decides nothing.

import { areSameRules, type PermissionRule } from "../claude/permission-rules.ts";
import type { ClaudeReply, ClaudeRequest } from "../claude/requests.ts";
import type { ClaudeClient, ClaudeEvent, ClaudeStart, MessageBlock } from "../claude/types.ts";
import type { ThreadId } from "../mattermost/types.ts";
import { type KnownProcess, startMark } from "../util/processes.ts";
import type { SavedFiles } from "../util/saved-files.ts";
import { type ContentOptions, contentOf, savedFiles } from "./content.ts";
import type { SessionDependencies } from "./dependencies.ts";
import { type FilesDirectory, filesDirectoryOf } from "./files-directory.ts";
import type { Message } from "./signals.ts";

/** A process that is to end gets this long to save before it is sent signals. */
const SAVE_MS = 5000;
const CUT_OFF_MS = 2000;

export interface ProcessStart {
  readonly conversationId: string;
  readonly directory: string;
  readonly resume: boolean;
  readonly fork?: ClaudeStart["fork"] | undefined;
  readonly choices: Pick<ClaudeStart, "model" | "permissionMode">;
  /** What is not asked about. */
  readonly allowedRules: readonly PermissionRule[];
  /** What it is told of the project. */
  readonly instructions?: string | undefined;
}

export class SessionProcess {
  readonly #threadId: ThreadId;
  readonly #dependencies: SessionDependencies;
  readonly #closing = new Set<Promise<void>>();
  #files: FilesDirectory;
  #client: ClaudeClient | undefined;
  #known: KnownProcess | undefined;

  /** `filesPath`: where an earlier run has put files. */
  constructor(threadId: ThreadId, dependencies: SessionDependencies, filesPath: string | undefined) {
    this.#threadId = threadId;
    this.#dependencies = dependencies;
    this.#files = filesDirectoryOf(dependencies, filesPath);
  }

  /** By what the process that runs, or ran last, is found again after a crash. */
  get known(): KnownProcess | undefined {
    return this.#known;
  }

  get filesPath(): string | undefined {
    return this.#files.path;
  }

  /** Where files are saved for it; undefined when there is no such place. */
  get files(): SavedFiles | undefined {
    return this.#files.files;
  }

  /** Gives the conversation's id: a process that has waited brings its own. */
  start(given: ProcessStart, listener: (event: ClaudeEvent) => void): string {
    const { conversationId, directory, resume, fork, choices, allowedRules, instructions } = given;
    const { startClaude, claudePath, chatTools, context, deniedPathsIn } = this.#dependencies;
    this.#client = undefined;
    const { model, mode } = context.defaults ?? {};
    const isAsOthers = !resume && !fork && choices.model === model && choices.permissionMode === mode;
    const warm = isAsOthers ? this.#takeWarm(given) : undefined;
    if (warm) {
      this.#files = filesDirectoryOf(this.#dependencies, warm.start.extraDirectories[0]);
      this.#client = warm.assign(listener);
    } else {
      const extraDirectories = [this.#files.make()].flatMap((path) => path ?? []);
      const start = {
        claudePath,
        directory,
        conversationId,
        resume,
        ...(fork ? { fork } : {}),
        deniedPaths: deniedPathsIn(directory),
        allowedRules,
        instructions,
        extraDirectories,
        ...choices,
        ownTools: chatTools?.tools ?? [],
      };
      this.#client = startClaude(start, listener);
    }
    const { pid } = this.#client;
    const mark = pid === undefined ? undefined : startMark(pid);
    this.#known = pid === undefined || mark === undefined ? undefined : { pid, startMark: mark };
    return warm?.start.conversationId ?? conversationId;
  }

  /** One that waits in this directory; a session with files of its own has a place that it was not given. */
  #takeWarm({ directory, allowedRules, instructions }: ProcessStart) {
    const { warm, context } = this.#dependencies;
    const isElsewhere = directory !== context.directory || this.#files.path !== undefined;
    return isElsewhere
      ? undefined
      : warm.take(
          (start) =>
            areSameRules(start.allowedRules ?? [], allowedRules) && start.instructions === instructions,
        );
  }

  /** A message with what goes along with it; `onProblem` is told what could not be fetched. */
  prepare(message: Message, text: string, onProblem: (detail: string) => void): Promise<MessageBlock[]> {
    return contentOf(message, text, this.#fetching(onProblem));
  }

  /** Saves the files of a reply where Claude can read them; their paths. */
  saveFiles(message: Message, onProblem: (detail: string) => void): Promise<readonly string[]> {
    return savedFiles(message, this.#fetching(onProblem));
  }

  #fetching(onProblem: (detail: string) => void): ContentOptions {
    const { api, users } = this.#dependencies;
    this.#files.make();
    return { api, users, threadId: this.#threadId, filesDirectory: this.#files.files, onProblem };
  }

  send(uuid: string, content: readonly MessageBlock[]): void {
    this.#client?.send(uuid, content);
  }

  answer(...answer: Parameters<ClaudeClient["answer"]>): void {
    this.#client?.answer(...answer);
  }

  answerCall(...answer: Parameters<ClaudeClient["answerCall"]>): void {
    this.#client?.answerCall(...answer);
  }

  request(request: ClaudeRequest, reply: (reply: ClaudeReply) => void): void {
    if (this.#client) {
      this.#client.request(request, reply);
    } else {
      reply({ type: "exited" });
    }
  }

  interrupt(): void {
    this.#client?.interrupt();
  }

  /** `now`: a turn that runs is cut off instead of being waited for. */
  close(now: boolean): void {
    const client = this.#client;
    if (!client) {
      return;
    }
    this.#client = undefined;
    const closed = client
      .close(now ? CUT_OFF_MS : SAVE_MS)
      .catch((error: unknown) => this.#dependencies.log.error("A Claude could not be ended", error))
      .finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }

  /** All that were closed are gone. */
  get isClosed(): boolean {
    return this.#closing.size === 0;
  }

  /** Resolves when all that were closed are gone. */
  async closed(): Promise<void> {
    await Promise.all(this.#closing);
  }

  removeFiles(): Promise<void> {
    return this.#files.remove();
  }
}
