// Makes files of what tools gave, from what Claude has saved of it, and uploads them. What holds the bot's token is not
// shown at all; of what is very long the end is.

import { sizeInWords } from "../chat-tools/send-file-names.ts";
import type { ReadSavedResults, SavedResult, SavedResults } from "../claude/saved-results.ts";
import { MattermostError } from "../mattermost/error.ts";
import type { ChannelId, FileId, MattermostApi } from "../mattermost/types.ts";
import { RemoteError } from "../remote/error.ts";
import { inlineCode } from "../render/markdown.ts";
import { outputFileName } from "../render/outputs.ts";
import type { PostKey } from "../thread/writes.ts";
import type { Redact } from "../util/redact.ts";
import type { Person } from "./authorization.ts";
import type { ToolOutput } from "./steering/output-state.ts";

export interface OutputRequest {
  readonly by: Person;
  /** The post on which it was asked for. */
  readonly key: PostKey | undefined;
  readonly tools: readonly ToolOutput[];
  /** How many of that post are not asked for. */
  readonly leftOut: number;
}

export interface OutputOutcome {
  readonly request: OutputRequest;
  /** Their names. */
  readonly files: readonly string[];
  readonly fileIds: readonly FileId[];
  /** Why one or all of them are missing, in sentences. */
  readonly problems: readonly string[];
}

export interface OutputPlace {
  readonly api: Pick<MattermostApi, "maxFileSize" | "uploadFile">;
  readonly channelId: ChannelId;
  readonly redact: Redact;
  readonly readResults: ReadSavedResults;
}

const MOST_BYTES = 2 * 1024 * 1024;

export async function outputFiles(
  request: OutputRequest,
  { api, channelId, redact, readResults }: OutputPlace,
): Promise<OutputOutcome> {
  const files: string[] = [];
  const fileIds: FileId[] = [];
  try {
    const texts = await textsOf(request.tools, readResults);
    const problems = missing(request.tools.length, texts.size);
    const most = Math.min(MOST_BYTES, await api.maxFileSize());
    for (const { id, name, number } of request.tools) {
      const file = outputFileName(name, number);
      const result = texts.get(id);
      if (result && redact(result.text) !== result.text) {
        problems.push(
          `${inlineCode(file)} holds the secret with which mm-claude speaks to the server: it is not shown.`,
        );
      } else if (result) {
        fileIds.push(await api.uploadFile(channelId, file, endOf(result, most)));
        files.push(file);
      }
    }
    return { request, files, fileIds, problems };
  } catch (error) {
    if (!(error instanceof MattermostError || error instanceof RemoteError)) {
      throw error;
    }
    return {
      request,
      files: [],
      fileIds: [],
      problems: [`The output could not be attached: ${error.message}`],
    };
  }
}

/** By tool use. A conversation was perhaps cleared meanwhile, and another one begun. */
async function textsOf(tools: readonly ToolOutput[], readResults: ReadSavedResults): Promise<SavedResults> {
  const texts = new Map<string, SavedResult>();
  for (const conversationId of new Set(tools.map((tool) => tool.conversationId))) {
    const ids = tools.filter((tool) => tool.conversationId === conversationId).map(({ id }) => id);
    for (const [id, text] of await readResults(conversationId, ids)) {
      texts.set(id, text);
    }
  }
  return texts;
}

function missing(wanted: number, found: number): string[] {
  if (found === wanted) {
    return [];
  }
  const which =
    wanted === 1
      ? "What that tool gave"
      : found === 0
        ? "What these tools gave"
        : `${wanted - found} of ${wanted}`;
  return [
    `${which} can't be found any more: Claude Code has not saved it on this machine, or has removed it.`,
  ];
}

/** The end says how it went. */
function endOf({ text, skippedBytes }: SavedResult, most: number): Uint8Array {
  const bytes = Buffer.from(text);
  if (skippedBytes === 0 && bytes.length <= most) {
    return bytes;
  }
  const room = Math.max(0, most - 100);
  // A whole line, if there is one soon; else a whole character.
  let from = Math.max(0, bytes.length - room);
  const line = bytes.indexOf("\n", from) + 1;
  if (line > 0 && line - from < 4096) {
    from = line;
  }
  while (((bytes[from] ?? 0) & 0xc0) === 0x80) {
    from++;
  }
  return Buffer.concat([
    Buffer.from(`(The first ${sizeInWords(skippedBytes + from)} are left out.)\n`),
    bytes.subarray(from),
  ]);
}
