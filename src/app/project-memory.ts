// The notes that new sessions of a project are given: a document for each project of a channel, and the commands that
// change it.

import type { AuditEntry } from "../audit/record.ts";
import type { ChannelId } from "../mattermost/types.ts";
import { decodeNotes, encodeNotes } from "../memory/document.ts";
import { notesForClaude } from "../memory/for-claude.ts";
import { forget, NO_NOTES, type Note, type Notes, type Remembered, remember } from "../memory/notes.ts";
import {
  FORGET_USAGE,
  forgottenText,
  keptText,
  memoryNotice,
  NOT_ON_DISK,
  noSuchNote,
  refusedText,
} from "../memory/words.ts";
import { notice } from "../render/attachments.ts";
import type { GivenNotes } from "../session/context.ts";
import type { ProjectCommand } from "../session/project-commands.ts";
import type { DocumentStore } from "../store/document-store.ts";
import type { ProjectHandlers, ProjectWorld } from "./project-commands.ts";
import { type NamedProject, projectDocument } from "./project-document.ts";

const LOST = "its project's notes are forgotten, and new sessions begin without them";
/** How often the disk is tried before somebody is told that it can't be written. */
const TRIES = 3;

export class ProjectMemory {
  readonly #folder: DocumentStore;
  readonly #channelId: ChannelId;
  readonly #project: NamedProject;
  /** Undefined before they are asked for. */
  #known: Notes | undefined;

  constructor(folder: DocumentStore, channelId: ChannelId, project: NamedProject) {
    this.#folder = folder;
    this.#channelId = channelId;
    this.#project = project;
  }

  all(): Notes {
    this.#known ??= this.#read();
    return this.#known;
  }

  /** With what a process of Claude's is started now; undefined where there is no note. */
  given(): GivenNotes | undefined {
    const { list } = this.all();
    const text = notesForClaude(list);
    return text === undefined ? undefined : { count: list.length, text };
  }

  remember(note: Omit<Note, "number">): Remembered {
    const remembered = remember(this.all(), note);
    if (remembered.kind === "kept") {
      this.#keep(remembered.notes);
    }
    return remembered;
  }

  /** The note, which is gone now. */
  forget(number: number): Note | undefined {
    const forgotten = forget(this.all(), number);
    if (forgotten) {
      this.#keep(forgotten.notes);
    }
    return forgotten?.note;
  }

  /** False when the disk can't be written, which is tried again. */
  async saved(): Promise<boolean> {
    const document = this.#document;
    for (let tries = 0; tries < TRIES; tries++) {
      const saving = this.#folder.saved(document);
      if (saving === undefined) {
        return true;
      }
      await saving;
    }
    return this.#folder.saved(document) === undefined;
  }

  get #document(): string {
    return projectDocument("notes", this.#channelId, this.#project);
  }

  #read(): Notes {
    const found = this.#folder.read(this.#document, LOST);
    const notes = found === undefined ? NO_NOTES : decodeNotes(found);
    if (notes === undefined) {
      this.#folder.quarantine(this.#document, "it does not say what was remembered", LOST);
    }
    return notes ?? NO_NOTES;
  }

  #keep(notes: Notes): void {
    if (notes !== this.#known) {
      this.#known = notes;
      this.#folder.change(this.#document, () => encodeNotes(this.all()));
    }
  }
}

type Change = Pick<AuditEntry, "action" | "what">;

export function memoryCommands(memory: ProjectMemory, world: ProjectWorld): ProjectHandlers {
  const { audit, clock, redact, reply, timeZone } = world;
  const today = (): string =>
    new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" }).format(clock.now());

  /** Nobody is told, and nothing is on record, before it would outlive a crash. */
  async function confirm({ by, threadId }: ProjectCommand, text: string, change?: Change): Promise<void> {
    const isSaved = await memory.saved();
    if (change) {
      audit({ ...change, by, threadId });
    }
    reply(threadId, notice(isSaved ? text : `${text}\n⚠️ ${NOT_ON_DISK}`));
  }

  return {
    remember(command) {
      const { argument, by, postId, threadId } = command;
      const before = memory.all();
      const remembered = memory.remember({ text: redact(argument), by, day: today(), postId });
      if (remembered.kind !== "kept") {
        reply(threadId, notice(refusedText(remembered, before)));
        return;
      }
      const { note, notes } = remembered;
      const { number, text } = note;
      const isNew = notes !== before;
      void confirm(
        command,
        keptText(note),
        isNew ? { action: "remembered", what: { number, text } } : undefined,
      );
    },
    memory({ threadId }) {
      reply(threadId, memoryNotice(memory.all()));
    },
    forget(command) {
      const { argument, threadId } = command;
      const [, digits] = /^#?(\d{1,9})$/.exec(argument) ?? [];
      if (digits === undefined) {
        reply(threadId, notice(FORGET_USAGE));
        return;
      }
      const note = memory.forget(Number(digits));
      if (note === undefined) {
        reply(threadId, notice(noSuchNote(digits)));
        return;
      }
      const { number, text, by: author } = note;
      void confirm(command, forgottenText(note), { action: "forgotten", what: { number, text, author } });
    },
  };
}
