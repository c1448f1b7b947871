// The files of a script's message: read as they are on disk at that moment, and uploaded for the post that will have
// them. What is nobody's to see (mm-claude's own settings and state, its token) is not sent for anybody.

import * as nodeFs from "node:fs/promises";
import { bytesOf, checkContent, piecesOf, UnfitContent } from "../chat-tools/send-file-content.ts";
import { safeName, sizeInWords } from "../chat-tools/send-file-names.ts";
import { type OpenFile, openFile } from "../chat-tools/send-file-open.ts";
import type { FileId } from "../mattermost/types.ts";
import { revealingTexts } from "../util/redact.ts";
import { unlessAborted } from "../util/unless-aborted.ts";
import type { Connection } from "./bridge.ts";
import { NotSent, type Target } from "./script-target.ts";

type Server = Pick<Connection, "api" | "token" | "deniedPathsIn">;

/** All of them are looked at before any is uploaded. Throws NotSent and MattermostError. */
export async function uploadFiles(
  paths: readonly string[],
  { project }: Pick<Target, "project">,
  { api, token, deniedPathsIn }: Server,
  gone: AbortSignal,
): Promise<FileId[]> {
  const { directory } = project.ready.project;
  const place = { directory, deniedPaths: deniedPathsIn(directory) };
  const secrets = bytesOf(revealingTexts([token]));
  const opened: OpenFile[] = [];
  let current = "";
  try {
    const most = paths.length === 0 ? 0 : await unlessAborted(api.maxFileSize(), gone);
    for (const path of paths) {
      current = path;
      const file = await openFile({ asked: path, path }, place, nodeFs);
      if (typeof file === "string") {
        throw new NotSent(`${path}: ${file}`);
      }
      opened.push(file);
      if (file.size > most) {
        throw new NotSent(
          `${path}: it has ${sizeInWords(file.size)}, and the server takes ${sizeInWords(most)}`,
        );
      }
      await checkContent(file, secrets, gone);
    }
    const ids: FileId[] = [];
    for (const file of opened) {
      current = file.asked.path;
      const { size } = file;
      const source = { name: nameOf(file), size, open: () => piecesOf(file, secrets, gone) };
      ids.push(await api.uploadStream(project.place.channelId, source, gone));
    }
    return ids;
  } catch (error) {
    if (error instanceof UnfitContent) {
      throw new NotSent(`${current}: ${error.message}`);
    }
    throw error;
  } finally {
    await Promise.all(opened.map((file) => file.close()));
  }
}

const nameOf = ({ asked }: OpenFile): string => safeName(asked.path.slice(asked.path.lastIndexOf("/") + 1));
