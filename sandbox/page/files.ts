// A post's files: pictures in place, the rest as a line to download. The bytes come with the account's token, so they
// are fetched and shown from memory; nothing is ever opened as a page.

import type { Api } from "./api.ts";
import { h, icon } from "./dom.ts";
import { fileSize } from "./people.ts";
import type { FileInfo } from "./types.ts";

const PICTURE = /^image\/(?:png|jpeg|gif|webp)$/;

export function createFileView(api: Api): (file: FileInfo) => HTMLElement {
  const urls = new Map<string, Promise<string>>();

  const urlOf = (file: FileInfo): Promise<string> => {
    const known = urls.get(file.id) ?? api.file(file.id).then((blob) => URL.createObjectURL(blob));
    urls.set(file.id, known);
    return known;
  };

  async function download(file: FileInfo): Promise<void> {
    h("a", { href: await urlOf(file), download: file.name }).click();
  }

  return (file) => {
    const save = (): void => void download(file).catch(() => {});
    if (!PICTURE.test(file.mime_type)) {
      return h(
        "button",
        { type: "button", class: "file", title: "Download", onclick: save },
        icon("file"),
        h("span", { class: "file-name" }, file.name),
        h("span", { class: "quiet" }, fileSize(file.size)),
      );
    }
    const picture = h("img", { alt: file.name });
    urlOf(file).then(
      (url) => {
        picture.src = url;
      },
      // Its name stands in its place.
      () => {},
    );
    return h(
      "button",
      { type: "button", class: "picture", title: `Download ${file.name}`, onclick: save },
      picture,
    );
  };
}

const PICTURE_PX = 640;

/** The page's own drawing as a picture that can be sent; none for no name. */
export async function pictureFiles(drawing: string): Promise<File[]> {
  if (drawing === "") return [];
  const image = new Image();
  image.src = drawing;
  await image.decode();
  const canvas = h("canvas", { width: PICTURE_PX, height: PICTURE_PX });
  canvas.getContext("2d")?.drawImage(image, 0, 0, PICTURE_PX, PICTURE_PX);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
  return blob ? [new File([blob], drawing.replace(/svg$/, "png"), { type: blob.type })] : [];
}
