// The REST calls about files. They have a queue of their own, so that no other request waits behind large files.

import type { Redact } from "../../util/redact.ts";
import { decodeUpload } from "../decode.ts";
import { badAnswer } from "../error.ts";
import type { HttpAnswer, HttpRequest } from "../exchange.ts";
import type { SendHttp } from "../http.ts";
import { Form } from "../multipart-form.ts";
import type { FileId, MattermostApi } from "../types.ts";
import { readJson } from "./json-requests.ts";

type FileCalls = Pick<MattermostApi, "file" | "uploadFile" | "uploadStream">;

const COMMON = { timeoutMs: 60_000, queue: "files" };
/** A large file may take minutes: of the slots that all threads share, most stay free. */
const STREAMED = { queue: "streamed files", atOnce: 2 };

export function fileCalls(send: SendHttp, redact: Redact): FileCalls {
  const fields = (channelId: string) => ({ channel_id: channelId });
  const named = (name: string) => ({ field: "files", name: redact(name) });
  return {
    file: (id, maxBytes) => download(send, id, maxBytes),
    uploadFile: (channelId, name, bytes) =>
      upload(send, new Form(fields(channelId), { ...named(name), bytes: withoutSecrets(bytes, redact) })),
    uploadStream: (channelId, { name, size, open }, signal) => {
      const form = new Form(fields(channelId), { ...named(name), size, open });
      return upload(send, form, { ...STREAMED, signal });
    },
  };
}

async function download(send: SendHttp, id: FileId, maxBytes: number): Promise<Uint8Array> {
  const what = "download a file";
  const answer = await send({ ...COMMON, what, method: "GET", path: `/files/${id}`, maxBytes });
  if (isWebPage(answer)) {
    throw badAnswer(what, answer.status);
  }
  return answer.bytes;
}

async function upload(
  send: SendHttp,
  body: Form,
  more: Pick<HttpRequest, "queue" | "atOnce" | "signal"> = {},
): Promise<FileId> {
  const what = "upload a file";
  const answer = await send({ ...COMMON, ...more, what, method: "POST", path: "/files", body });
  return readJson(answer, what, decodeUpload);
}

/** Bytes that hold no secret stay as they are, whether they are text or not. */
function withoutSecrets(bytes: Uint8Array, redact: Redact): Uint8Array {
  const text = new TextDecoder().decode(bytes);
  const shown = redact(text);
  return shown === text ? bytes : new TextEncoder().encode(shown);
}

/** What a portal answers instead of a file: the server sends each file with its name (read in its source). */
function isWebPage({ headers }: HttpAnswer): boolean {
  const isHtml = /^text\/html\b/i.test(headers.get("content-type") ?? "");
  return isHtml && headers.get("content-disposition") === null;
}
