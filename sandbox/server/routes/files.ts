// Uploads and downloads over REST.
import { ApiError, badBody, refused } from "../api-error.ts";
import type { FileRecord } from "../files.ts";
import { type FormPart, partsOf } from "../multipart.ts";
import { wireFile } from "../wire.ts";
import { type App, bytesBody, type Ctx, endpointsOver, idParam, me, type Services } from "./context.ts";

/** What a form may weigh beside its files. */
const FORM_BYTES = 64 * 1024;
const MAX_FILES = 10;

export function mountFiles(app: App, services: Services): void {
  const by = endpointsOver(services);
  app.post("/api/v4/files", by(upload));
  app.get("/api/v4/files/:file_id/info", by(readInfo));
  app.get("/api/v4/files/:file_id", by(download));
}

async function upload(c: Ctx, { store, settings }: Services): Promise<Response> {
  const { files, places } = store;
  const user = me(c);
  const { maxFileSize } = settings;
  const { channelId, clientIds, uploads } = await readUpload(c, maxFileSize);
  if (typeof channelId !== "string" || !places.isMember(channelId, user.id)) throw refused();
  if (uploads.length === 0 || uploads.length > MAX_FILES) throw badBody("files");
  if (uploads.some(({ bytes }) => bytes.length > maxFileSize)) throw fileTooLarge();
  const infos = uploads.map(({ name, bytes }) => wireFile(store, files.add(user.id, channelId, name, bytes)));
  return c.json({ file_infos: infos, client_ids: clientIds }, 201);
}

function readInfo(c: Ctx, services: Services): Response {
  return c.json(wireFile(services.store, fileParam(c, services)));
}

function download(c: Ctx, services: Services): Response {
  const file = fileParam(c, services);
  // Only pictures that can't run anything are shown in place.
  const isPicture = /^image\/(png|jpeg|gif|webp)$/.test(file.mimeType);
  const disposition = isPicture && c.req.query("download") !== "1" ? "inline" : "attachment";
  return c.body(new Uint8Array(file.bytes).buffer, 200, {
    "Content-Type": file.mimeType,
    "Content-Disposition": `${disposition}; filename*=UTF-8''${encodeURIComponent(file.name)}`,
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, max-age=86400",
  });
}

/** A form, or one file as the whole body. */
async function readUpload(c: Ctx, maxFileSize: number) {
  const type = c.req.header("content-type") ?? "";
  const [channelId, filename = ""] = [c.req.query("channel_id"), c.req.query("filename")];
  if (!type.startsWith("multipart/form-data")) {
    const bytes = await bytesBody(c, maxFileSize);
    return { channelId, clientIds: [], uploads: [{ name: filename, bytes }] };
  }
  const parts = partsOf(await bytesBody(c, maxFileSize + FORM_BYTES), type);
  if (!parts) throw badBody("files");
  const textsOf = (name: string) =>
    parts.filter((part) => part.name === name && part.fileName === undefined).map(textOf);
  return {
    channelId: textsOf("channel_id")[0] ?? channelId,
    clientIds: textsOf("client_ids"),
    uploads: parts.flatMap(({ name, fileName, bytes }) =>
      name === "files" && fileName !== undefined ? [{ name: fileName, bytes }] : [],
    ),
  };
}

const textOf = ({ bytes }: FormPart) => bytes.toString("utf8");

/** Read in the source. */
const fileTooLarge = () =>
  new ApiError(
    413,
    "api.file.upload_file.too_large_detailed.app_error",
    "Unable to upload file. File is too large.",
  );

/** A file the asking account may read. */
function fileParam(c: Ctx, { store: { files, places, posts } }: Services): FileRecord {
  const id = idParam(c, "file_id");
  const user = me(c);
  const file = files.get(id);
  if (!file) throw new ApiError(404, "app.file_info.get.app_error", "Unable to get the file info.");
  const channelId = posts.get(file.postId)?.channelId ?? "";
  if (file.userId !== user.id && !places.isMember(channelId, user.id)) throw refused();
  return file;
}
