// The tool `send_file`: attaches files of this machine to the thread. It decides what may be sent, uploads it while it is
// read, and leaves the post to the session. Either all files of a call are posted, in one post, or none.

import * as nodeFs from "node:fs/promises";
import { basename, resolve } from "node:path";
import { MattermostError } from "../mattermost/error.ts";
import type { FileId, MattermostApi } from "../mattermost/types.ts";
import { RemoteError } from "../remote/error.ts";
import { harmless, isLonger, showHidden, truncate } from "../render/markdown.ts";
import { type Clock, isRecent } from "../util/clock.ts";
import { revealingTexts } from "../util/redact.ts";
import { unlessAborted } from "../util/unless-aborted.ts";
import { MOST_FILES, namesHome, readArguments, type SendFileArguments } from "./send-file-arguments.ts";
import { bytesOf, checkContent, counted, piecesOf, UnfitContent } from "./send-file-content.ts";
import { safeName, sizeInWords } from "./send-file-names.ts";
import { type FoundFile, inWords, type OpenFile } from "./send-file-open.ts";
import type { Disk, Place } from "./send-file-place.ts";
import { remoteSource } from "./send-file-remote.ts";
import { ShownFiles } from "./send-file-shown.ts";
import { type FileSource, localSource } from "./send-file-source.ts";
import type { ChatCall, ChatOutcome, ChatTool, ChatToolImplementation } from "./types.ts";

export interface SendFileOptions {
  readonly api: Pick<MattermostApi, "maxFileSize" | "uploadStream">;
  /** No file with one of them in it is sent. */
  readonly secrets: readonly string[];
  /** What `~` means; absolute. */
  readonly home: string;
  readonly clock: Clock;
  readonly disk?: Disk | undefined;
}

const TOOL: ChatTool = {
  name: "send_file",
  description:
    "Attaches files from this machine to the Mattermost thread you are in, where everybody in the channel can see and " +
    "download them; pictures show inline. Use it when somebody asks for a file (a report, a picture, a log, an archive, " +
    'a diff: "send me the diff as a file"), and for what is too long or too wide to be read in a message. Write the ' +
    "file first: it is sent as it is on disk at that moment. All files of one call stand in one post below `caption`, so " +
    "send together what belongs together, and don't repeat the content in your answer. Either all files of a call are " +
    "posted or none; the result says why. Directories can't be sent: make an archive. A file outside the working " +
    "directory, or with a name like that of a secret, is sent once a person has allowed it: they are asked by " +
    "themselves, so just call.",
  inputSchema: {
    type: "object",
    properties: {
      path: {
        type: "string",
        description: "One file: relative to the working directory, absolute, or beginning with ~/.",
      },
      paths: {
        type: "array",
        items: { type: "string" },
        maxItems: MOST_FILES,
        description: `Instead of \`path\`: up to ${MOST_FILES} files, in the order in which they are to stand.`,
      },
      caption: {
        type: "string",
        description: "What people read above the files; a sentence, in Markdown. May be left out.",
      },
    },
  },
};

const MOST_CAPTION = 2000;
const STOPPED = "Stopped: nothing was sent.";

export function sendFile(options: SendFileOptions): ChatToolImplementation {
  const here = localSource(options.home, options.disk ?? nodeFs);
  const sourceOf = ({ shell }: Pick<ChatCall, "shell">) => (shell ? remoteSource(shell) : here);
  const shown = new ShownFiles();
  return {
    tool: TOOL,
    async reasonToAsk(call) {
      const source = sourceOf(call);
      const read = await readCall(call, source);
      const found = typeof read === "string" ? [] : await source.find(read.files, call);
      const files = found.filter((file) => typeof file !== "string");
      // What can't be sent in any case is nobody's to decide.
      if (typeof read === "string" || files.length < found.length || !files.some(needsPerson)) {
        return undefined;
      }
      shown.show(sameCall(call, read), files.map(realPathOf));
      return reasonFor(files, call);
    },
    async call(call, signal) {
      const source = sourceOf(call);
      const read = await readCall(call, source);
      if (typeof read === "string") {
        return refused(read, "", []);
      }
      const opened: OpenFile[] = [];
      try {
        const refusals = new Map<string, string>();
        for await (const [file, one] of source.open(read.files, call, signal)) {
          if (typeof one === "string") {
            refusals.set(file.asked, one);
          } else {
            opened.push(one);
          }
        }
        if (refusals.size > 0) {
          return refusedFiles(refusals, read);
        }
        const mayNot = unlessAllowed(call, read, opened, shown);
        if (mayNot !== undefined) {
          return refused(mayNot, "", opened.map(realPathOf));
        }
        const secrets = bytesOf(revealingTexts(options.secrets));
        return await send(options, opened, { call, read, secrets, signal });
      } catch (error) {
        if (signal.aborted) {
          return refused(STOPPED, "", pathsOf(read));
        }
        throw error;
      } finally {
        await Promise.all(opened.map((file) => file.close()));
      }
    },
  };
}

async function readCall(
  { input, directory }: Pick<ChatCall, "input" | "directory">,
  source: FileSource,
): Promise<SendFileArguments | string> {
  try {
    const isAtHome = /^~(?=\/|$)/;
    const home = namesHome(input) || isAtHome.test(directory) ? await source.home() : "";
    return readArguments(input, { directory: directory.replace(isAtHome, () => home), home });
  } catch (error) {
    if (error instanceof RemoteError) {
      return `Nothing was sent. ${error.plain}`;
    }
    throw error;
  }
}

interface Sending {
  readonly call: ChatCall;
  readonly read: SendFileArguments;
  readonly secrets: readonly Buffer[];
  readonly signal: AbortSignal;
}

async function send(
  { api, clock }: Pick<SendFileOptions, "api" | "clock">,
  files: readonly OpenFile[],
  { call, read, secrets, signal }: Sending,
): Promise<ChatOutcome> {
  const refusals = new Map<string, string>();
  const fileIds: FileId[] = [];
  /** The file that is looked at or sent. */
  let current: OpenFile | undefined;
  try {
    const most = await unlessAborted(api.maxFileSize(), signal);
    for (const file of files) {
      current = file;
      const problem = await problemOf(file, most, secrets, signal);
      if (problem !== undefined) {
        refusals.set(file.asked.asked, problem);
      }
    }
    if (refusals.size > 0) {
      return refusedFiles(refusals, read);
    }
    const watched = await Promise.all(files.map((file) => file.watch()));
    const onBytes = progressOf(files, clock, call.onProgress);
    for (const [at, file] of files.entries()) {
      current = file;
      const bytesBefore = bytesIn(files.slice(0, at));
      const source = {
        name: nameOf(file),
        size: file.size,
        open: () => counted(piecesOf(file, secrets, signal), (bytes) => onBytes(bytesBefore + bytes)),
      };
      fileIds.push(await api.uploadStream(call.channelId, source, signal));
    }
    const isChanged = await Promise.all(watched.map((wasChanged) => wasChanged()));
    const changed = files.filter((_file, at) => isChanged[at]);
    return sent(files, changed, fileIds, read.caption);
  } catch (error) {
    if (signal.aborted) {
      return refused(STOPPED, "", files.map(realPathOf));
    }
    const why = whyFailed(error);
    return current === undefined
      ? refused(`Nothing was sent. ${why}`, "", files.map(realPathOf))
      : refusedFiles(new Map([[current.asked.asked, why]]), read);
  }
}

/** Each is an edit of a post, which the whole thread waits for. */
const PROGRESS_EVERY_MS = 5000;

/** Told how much is on its way; says so after a while, and then now and then. */
function progressOf(
  files: readonly OpenFile[],
  clock: Clock,
  tell: ChatCall["onProgress"],
): (bytes: number) => void {
  const all = bytesIn(files);
  let toldAt = clock.now();
  return (bytes) => {
    const now = clock.now();
    if (!isRecent(toldAt, PROGRESS_EVERY_MS, now)) {
      toldAt = now;
      tell?.(`${Math.floor((100 * bytes) / all)} % of ${sizeInWords(all)}`);
    }
  };
}

async function problemOf(
  file: OpenFile,
  most: number,
  secrets: readonly Buffer[],
  signal: AbortSignal,
): Promise<string | undefined> {
  if (file.size > most) {
    const words = [file.size, most].map(sizeInWords);
    const [size, limit] = words[0] === words[1] ? [`${file.size} bytes`, `${most} bytes`] : words;
    return `it has ${size}, and the server takes ${limit} a file at most; send less of it, or packed, or in parts`;
  }
  try {
    await checkContent(file, secrets, signal);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    return whyFailed(error);
  }
}

/** A fault of ours is thrown on. */
function whyFailed(error: unknown): string {
  if (error instanceof RemoteError) {
    return error.plain;
  }
  if (error instanceof MattermostError || error instanceof UnfitContent) {
    return error.message;
  }
  return inWords(error);
}

// What a person decides about.

const needsPerson = ({ isInside, isSecret }: FoundFile): boolean => !isInside || isSecret;
const bytesIn = (files: readonly OpenFile[]): number => files.reduce((sum, { size }) => sum + size, 0);
const pathsOf = ({ files }: Pick<SendFileArguments, "files">): string[] => files.map(({ path }) => path);
const realPathOf = ({ realPath }: FoundFile): string => realPath;

/** Two projects may have the same directory, in two channels: what is shown in one says nothing of the other. */
function sameCall(
  { channelId, directory }: Pick<ChatCall, "channelId" | "directory">,
  { files }: SendFileArguments,
) {
  return JSON.stringify([channelId, directory, files.map(({ path }) => path)]);
}

function reasonFor(files: readonly FoundFile[], { directory }: Pick<Place, "directory">): string {
  const asked = files.filter(needsPerson);
  return asked
    .map((file) => {
      const real = file.realPath === resolve(directory, file.asked.path) ? "" : ` (${file.realPath})`;
      const name = files.length === 1 ? `it${real}` : `${file.asked.asked}${real}`;
      const reasons = [
        ...(file.isInside ? [] : ["is outside the directory"]),
        ...(file.isSecret ? ["has a name like that of a secret"] : []),
      ];
      return showHidden(`${name} ${reasons.join(" and ")}`.replaceAll("\n", "⏎"));
    })
    .join("; ");
}

/** Why these files may not be sent by this call. */
function unlessAllowed(
  call: ChatCall,
  read: SendFileArguments,
  files: readonly FoundFile[],
  shown: ShownFiles,
): string | undefined {
  const isAsShown = !call.isAllowed || shown.take(sameCall(call, read), files.map(realPathOf));
  if (!files.some(needsPerson)) {
    return undefined;
  }
  if (!call.isAllowed) {
    return `Nothing was sent: ${reasonFor(files, call)}, and nobody has allowed that. Call again, so that a person is asked.`;
  }
  return isAsShown
    ? undefined
    : "Nothing was sent: the path leads to another file than the one that was allowed. Name the file by its real path.";
}

// What Claude, the line and the audit trail are told.

const nameOf = ({ asked }: FoundFile): string => safeName(basename(asked.path));

function sent(
  files: readonly OpenFile[],
  changed: readonly OpenFile[],
  fileIds: readonly FileId[],
  caption: string,
): ChatOutcome {
  const isCut = isLonger(caption, MOST_CAPTION);
  const summary = files.map((file) => `${nameOf(file)} (${sizeInWords(file.size)})`).join(", ");
  const notes = [
    ...changed.map(
      (file) =>
        `${nameOf(file)} was changed while it was sent: people have it as it was, or in part as it is now; ` +
        "send it again once it is finished.",
    ),
    ...(isCut ? [`The caption was cut after ${MOST_CAPTION} characters.`] : []),
  ];
  return {
    text: [`Sent to the thread, where people see it now: ${summary}.`, ...notes].join(" "),
    isError: false,
    summary,
    post: { message: harmless(truncate(caption, MOST_CAPTION)), fileIds },
    target: { paths: files.map(realPathOf), bytes: bytesIn(files) },
  };
}

/** `why`: of each that can't be sent, by what Claude called it. */
function refusedFiles(why: ReadonlyMap<string, string>, { files }: SendFileArguments): ChatOutcome {
  const reasons = [...why].map(([asked, reason]) => `${showHidden(asked)}: ${reason.replace(/\.$/, "")}.`);
  const rest = files.length > why.size ? " The other files of this call were not sent either." : "";
  return refused(
    `Nothing was sent. ${reasons.join(" ")}${rest}`,
    files.map(({ path }) => safeName(basename(path))).join(", "),
    pathsOf({ files }),
  );
}

const refused = (text: string, summary: string, paths: readonly string[]): ChatOutcome => ({
  text,
  isError: true,
  summary,
  target: { paths },
});
