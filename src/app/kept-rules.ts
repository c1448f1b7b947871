// The permission rules of a project that its new sessions begin with: a document for each project of a channel.

import type { ChannelId } from "../mattermost/types.ts";
import { decodeKeptRules, encodeKeptRules } from "../session/steering/kept-rules.ts";
import type { KeptRule } from "../session/steering/types.ts";
import type { DocumentStore } from "../store/document-store.ts";
import { type NamedProject, projectDocument } from "./project-document.ts";

export interface KeptRules {
  readonly all: () => readonly KeptRule[];
  readonly keep: (rules: readonly KeptRule[]) => void;
}

export function keptRulesOf(folder: DocumentStore, channelId: ChannelId, project: NamedProject): KeptRules {
  const document = projectDocument("rules", channelId, project);
  let rules: readonly KeptRule[] | undefined;
  return {
    all() {
      rules ??= decodeKeptRules(folder.read(document, "new sessions begin without the rules kept for them"));
      return rules;
    },
    keep(kept) {
      rules = kept;
      folder.change(document, () => encodeKeptRules(rules ?? []));
      void folder.saved(document);
    },
  };
}
