// What we can ask of a running Claude besides messages and answers: each request in our terms, its form on the wire, and
// how its answer is read. Which CLI knows which is learned by asking (client.ts): nothing here goes by version numbers.

import { z } from "zod";
import { type PermissionRule, ruleText } from "./permission-rules.ts";

export interface ModelChoice {
  /** As `setModel` takes it. */
  readonly name: string;
  readonly description: string;
  /** Empty where the model knows no effort, or the CLI does not say. */
  readonly effortLevels: readonly string[];
  /** What Claude calls the model that is meant by the name (2.1.330). */
  readonly resolved?: string;
  /** Its thinking can't be turned off. */
  readonly alwaysThinks?: boolean;
  /** It decides itself how much it thinks: a number of tokens changes nothing. */
  readonly decidesThinking?: boolean;
}

/** What each request takes and what it answers. Answers of older CLIs may lack what is optional here. */
interface Requests {
  setMode: { readonly takes: { readonly mode: string }; readonly answers: { readonly mode?: string } };
  /** `model` undefined: Claude's own choice again. */
  setModel: {
    readonly takes: { readonly model: string | undefined };
    readonly answers: { readonly model?: string };
  };
  /** `level` null: as Claude's own settings say. */
  setEffort: { readonly takes: { readonly level: string | null }; readonly answers: object };
  /** `tokens` null: as Claude itself decides; 0: none. */
  setThinking: { readonly takes: { readonly tokens: number | null }; readonly answers: object };
  /** Whether it can say what an undo would do without doing it: where it can't, `previewUndo` would undo (2.0.76). */
  canPreviewUndo: { readonly takes: { readonly since: string | undefined }; readonly answers: object };
  /** What its file tools have changed since that message. Undefined: it doesn't know the message. */
  previewUndo: {
    readonly takes: { readonly uuid: string; readonly purpose: "search" | "show" | "confirm" };
    readonly answers: { readonly change: FilesAsTheyWere | undefined };
  };
  /** Puts those files back. `problem`: why not. */
  undo: {
    readonly takes: { readonly uuid: string };
    readonly answers: { readonly problem: string | undefined };
  };
  /** A question beside the turn that runs, of which the conversation knows nothing. */
  aside: {
    readonly takes: { readonly question: string; readonly uuid: string };
    readonly answers: { readonly text: string | undefined };
  };
  /** An answer comes also for a task that has ended, or never was (2.1.330). */
  stopTask: { readonly takes: { readonly taskId: string }; readonly answers: object };
  /** What a command in the background has printed, of a long text its end; also when it has ended. Not of subagents. */
  taskOutput: {
    readonly takes: { readonly taskId: string };
    readonly answers: { readonly output: string; readonly bytes: number };
  };
  /** The conversation's name in the lists of a terminal. */
  rename: { readonly takes: { readonly title: string }; readonly answers: object };
  models: { readonly takes: object; readonly answers: { readonly models: readonly ModelChoice[] } };
  /** The windows of the account's plan; undefined where none applies, as with an API key. */
  usage: {
    readonly takes: object;
    readonly answers: {
      readonly windows:
        | readonly {
            readonly window: string;
            readonly percentage: number;
            readonly resetsAt: number | undefined;
          }[]
        | undefined;
    };
  };
  context: {
    readonly takes: object;
    readonly answers: {
      readonly totalTokens: number;
      readonly maxTokens: number;
      readonly percentage: number;
      readonly categories: readonly {
        readonly name: string;
        readonly tokens: number;
        readonly kind: string;
      }[];
    };
  };
  /** What Claude may do unasked, by every rule it knows. */
  rules: { readonly takes: object; readonly answers: { readonly allowed: readonly KnownRule[] } };
  /** From now on it asks where one of these would let it through: all that it is to ask about, each time. */
  askDespite: { readonly takes: { readonly rules: readonly PermissionRule[] }; readonly answers: object };
}

export interface KnownRule {
  /** As Claude's settings have it. */
  readonly text: string;
  /** `userSettings`, `projectSettings`, `session` and others. */
  readonly source: string;
}

export interface FilesAsTheyWere {
  /** Whose files differ from how they were; full paths. */
  readonly files: readonly string[];
  /** Lines that going back would add and remove. */
  readonly added: number;
  readonly removed: number;
}

export type RequestKind = keyof Requests;
export type RequestOf<Kind extends RequestKind> = { readonly kind: Kind } & Requests[Kind]["takes"];
export type ClaudeRequest = { [Kind in RequestKind]: RequestOf<Kind> }[RequestKind];
export type AnswerOf<Kind extends RequestKind> = Requests[Kind]["answers"];

/** What has become of a request. */
export type ClaudeReply<Kind extends RequestKind = RequestKind> =
  | { readonly type: "answered"; readonly answer: AnswerOf<Kind> }
  /** Claude knows the request, and refuses this one. */
  | { readonly type: "refused"; readonly reason: string }
  /** This CLI does not know it: older ones never answer such a request, later ones say so. */
  | { readonly type: "unknown" }
  /** The process has ended before it answered. */
  | { readonly type: "exited" };

interface Form<Kind extends RequestKind> {
  readonly subtype: string;
  readonly fields: (request: RequestOf<Kind>) => object;
  readonly answer: z.ZodType<AnswerOf<Kind>>;
  /** A model has to think about it: no answer within seconds, but a sign that Claude has begun. */
  readonly isLong?: true;
}

const nothing = z.unknown().transform(() => ({}));
const noFields = () => ({});

/** 1.0.128 and 2.0.76 answer some with nothing at all. */
const perhaps = <Value extends object>(schema: z.ZodType<Value>) =>
  z.unknown().transform((payload) => schema.safeParse(payload).data ?? ({} as Partial<Value>));

export const MODELS = z
  .array(z.unknown())
  .transform((models) => models.flatMap((one) => model.safeParse(one).data ?? []));
const model = z
  .object({
    value: z.string(),
    description: z.string().catch(""),
    supportedEffortLevels: z.array(z.string()).catch([]),
    resolvedModel: z.string().optional().catch(undefined),
    supportsThinkingOff: z.boolean().optional().catch(undefined),
    supportsAdaptiveThinking: z.boolean().optional().catch(undefined),
  })
  .transform(
    (one): ModelChoice => ({
      name: one.value,
      description: one.description,
      effortLevels: one.supportedEffortLevels,
      ...(one.resolvedModel === undefined ? {} : { resolved: one.resolvedModel }),
      ...(one.supportsThinkingOff === false ? { alwaysThinks: true } : {}),
      ...(one.supportsAdaptiveThinking ? { decidesThinking: true } : {}),
    }),
  );

const rewind = z.object({
  canRewind: z.boolean(),
  error: z.string().catch("it knows of no such point"),
  filesChanged: z.array(z.string()).catch([]),
  insertions: z.number().catch(0),
  deletions: z.number().catch(0),
});
/** No message has it. */
const NOBODYS = "00000000-0000-4000-8000-000000000000";
const knownRule = z.object({ behavior: z.string(), source: z.string().catch(""), rule: z.string() });

/** By the CLI's own schema of its answer (2.1.330): percentages, times as ISO 8601, null for a window that has not begun. */
const planWindow = z.object({ utilization: z.number(), resets_at: z.string().nullish() });
const planUse = z
  .object({ rate_limits: z.record(z.string(), z.unknown()).nullish() })
  .transform(({ rate_limits: limits }) => ({
    windows: limits
      ? Object.entries(limits).flatMap(([window, value]) => {
          const { data } = planWindow.safeParse(value);
          const resetsAt = Date.parse(data?.resets_at ?? "");
          return data === undefined
            ? []
            : [
                {
                  window: window === "extra_usage" ? "overage" : window,
                  percentage: data.utilization,
                  resetsAt: Number.isNaN(resetsAt) ? undefined : resetsAt,
                },
              ];
        })
      : undefined,
  }));

/** Measured with 2.1.330. */
const FORMS: { readonly [Kind in RequestKind]: Form<Kind> } = {
  setMode: {
    subtype: "set_permission_mode",
    fields: ({ mode }) => ({ mode }),
    answer: perhaps(z.object({ mode: z.string() })),
  },
  setModel: {
    subtype: "set_model",
    fields: ({ model: name }) => (name === undefined ? {} : { model: name }),
    answer: perhaps(z.object({ model: z.string() })),
  },
  setEffort: {
    subtype: "apply_flag_settings",
    fields: ({ level }) => ({ settings: { effortLevel: level } }),
    answer: nothing,
  },
  setThinking: {
    subtype: "set_max_thinking_tokens",
    fields: ({ tokens }) => ({ max_thinking_tokens: tokens }),
    answer: nothing,
  },
  // 2.1.330 answers that there is nothing to go back to; 2.0.76, which knows no dry run, refuses; 1.0.128 is silent.
  canPreviewUndo: {
    subtype: "rewind_files",
    fields: () => ({ user_message_id: NOBODYS, dry_run: true }),
    answer: z.object({ canRewind: z.boolean() }),
  },
  previewUndo: {
    subtype: "rewind_files",
    fields: ({ uuid }) => ({ user_message_id: uuid, dry_run: true }),
    answer: rewind.transform(({ canRewind, filesChanged, insertions, deletions }) => ({
      change: canRewind ? { files: filesChanged, added: insertions, removed: deletions } : undefined,
    })),
  },
  undo: {
    subtype: "rewind_files",
    fields: ({ uuid }) => ({ user_message_id: uuid, dry_run: false }),
    answer: rewind.transform(({ canRewind, error }) => ({ problem: canRewind ? undefined : error })),
  },
  aside: {
    subtype: "side_question",
    fields: ({ question }) => ({ question }),
    answer: z
      .object({ response: z.string().nullish() })
      .transform(({ response }) => ({ text: response?.trim() || undefined })),
    isLong: true,
  },
  stopTask: {
    subtype: "stop_task",
    fields: ({ taskId }) => ({ task_id: taskId }),
    answer: nothing,
  },
  taskOutput: {
    subtype: "get_task_output",
    fields: ({ taskId }) => ({ task_id: taskId }),
    answer: z
      .object({ output: z.string(), total_bytes: z.number() })
      .transform(({ output, total_bytes: bytes }) => ({ output, bytes })),
  },
  // Saved with the conversation as `custom-title`, which a terminal's list shows.
  rename: {
    subtype: "rename_session",
    fields: ({ title }) => ({ title, source: "host" }),
    answer: nothing,
  },
  models: { subtype: "list_models", fields: noFields, answer: z.object({ models: MODELS }) },
  usage: { subtype: "get_usage", fields: () => ({ skip_behaviors: true }), answer: planUse },
  context: {
    subtype: "get_context_usage",
    fields: () => ({ detail: "summary" }),
    answer: z.object({
      totalTokens: z.number(),
      maxTokens: z.number(),
      percentage: z.number(),
      categories: z
        .array(z.object({ name: z.string(), tokens: z.number(), kind: z.string().catch("used") }))
        .catch([]),
    }),
  },
  rules: {
    subtype: "list_permission_rules",
    fields: noFields,
    answer: z.object({ state: z.object({ rules: z.array(z.unknown()) }) }).transform(({ state }) => {
      const known = state.rules.flatMap((rule) => knownRule.safeParse(rule).data ?? []);
      const allowed = known.filter(({ behavior }) => behavior === "allow");
      return { allowed: allowed.map(({ rule: text, source }) => ({ text, source })) };
    }),
  },
  // An "ask" goes before an "allow" of any source. The list takes the place of the one before it.
  askDespite: {
    subtype: "apply_flag_settings",
    fields: ({ rules }) => ({ settings: { permissions: { ask: rules.map(ruleText) } } }),
    answer: nothing,
  },
};

/** As the CLI takes it. */
export function wireRequest<Kind extends RequestKind>(request: RequestOf<Kind>): object {
  const { subtype, fields } = FORMS[request.kind] as Form<Kind>;
  return { subtype, ...fields(request) };
}

export const isLong = (kind: RequestKind): boolean => FORMS[kind].isLong === true;

/** Undefined for an answer that can't be read. */
export function readAnswer<Kind extends RequestKind>(
  kind: Kind,
  payload: unknown,
): AnswerOf<Kind> | undefined {
  return (FORMS[kind] as Form<Kind>).answer.safeParse(payload).data;
}
