// The files that go along with a message: on their way to the server, or there. Each is shown, and can be taken back.

import { h, icon } from "./dom.ts";
import { fileSize } from "./people.ts";
import type { FileInfo } from "./types.ts";

export interface Uploads {
  readonly element: HTMLElement;
  add(files: Iterable<File>): void;
  isEmpty(): boolean;
  /** Besides these. */
  hasOthers(files: readonly FileInfo[]): boolean;
  /** Some are still on their way. */
  isBusy(): boolean;
  /** Those that are there, in the order in which they were added. */
  ready(): FileInfo[];
  clear(): void;
  /** They have been sent. */
  remove(sent: readonly FileInfo[]): void;
}

export interface UploadsActions {
  upload(file: File): Promise<FileInfo>;
  onChange(): void;
  onTrouble(error: unknown): void;
  /** A person took one back by its button, which is gone. */
  onTakenBack(): void;
}

interface Upload {
  readonly file: File;
  info: FileInfo | undefined;
}

export function createUploads(actions: UploadsActions): Uploads {
  const element = h("div", { class: "pending-files" });
  let all: readonly Upload[] = [];

  function set(next: readonly Upload[]): void {
    all = next;
    element.replaceChildren(...all.map(draw));
    actions.onChange();
  }

  function draw(upload: Upload): HTMLElement {
    const { name, size } = upload.file;
    const takeBack = (): void => {
      set(all.filter((one) => one !== upload));
      actions.onTakenBack();
    };
    return h(
      "span",
      { class: "pending-file" },
      icon("file"),
      h("span", { class: "file-name" }, name),
      h("span", { class: "quiet" }, upload.info ? fileSize(size) : "uploading…"),
      h(
        "button",
        { type: "button", class: "tool", "aria-label": `Remove ${name}`, onclick: takeBack },
        icon("close"),
      ),
    );
  }

  async function start(upload: Upload): Promise<void> {
    try {
      upload.info = await actions.upload(upload.file);
      set(all);
    } catch (error) {
      if (all.includes(upload)) actions.onTrouble(error);
      set(all.filter((one) => one !== upload));
    }
  }

  return {
    element,
    add(files) {
      const added = [...files].map((file) => ({ file, info: undefined }));
      set([...all, ...added]);
      for (const upload of added) void start(upload);
    },
    isEmpty: () => all.length === 0,
    hasOthers: (files) => all.some(({ info }) => info === undefined || !files.includes(info)),
    isBusy: () => all.some((one) => one.info === undefined),
    ready: () => all.flatMap(({ info }) => info ?? []),
    clear: () => set([]),
    remove: (sent) => set(all.filter(({ info }) => info === undefined || !sent.includes(info))),
  };
}
