// The permission rules of a project that its new sessions begin with: a document for each project of a channel.

import type { ChannelId } from "../mattermost/types.ts";
import { decodeKeptRules, encodeKeptRules } from "../session/steering/kept-rules.ts";
import type { KeptRule } from "../session/steering/types.ts";
import type { DocumentStore } from "../store/document-store.ts";
import { type NamedProject, projectDocument } from "./project-document.ts";

export class KeptRules {
  readonly #folder: DocumentStore;
  readonly #channelId: ChannelId;
  readonly #project: NamedProject;
  /** Undefined before they are asked for. */
  #rules: readonly KeptRule[] | undefined;

  constructor(folder: DocumentStore, channelId: ChannelId, project: NamedProject) {
    this.#folder = folder;
    this.#channelId = channelId;
    this.#project = project;
  }

  all(): readonly KeptRule[] {
    this.#rules ??= decodeKeptRules(
      this.#folder.read(this.#document, "new sessions begin without the rules kept for them"),
    );
    return this.#rules;
  }

  keep(rules: readonly KeptRule[]): void {
    this.#rules = rules;
    this.#folder.change(this.#document, () => encodeKeptRules(this.all()));
    void this.#folder.saved(this.#document);
  }

  get #document(): string {
    return projectDocument("rules", this.#channelId, this.#project);
  }
}
