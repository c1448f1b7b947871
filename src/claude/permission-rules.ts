// Claude Code's permission rules: which ones it offers to make together with a question, and their forms on the wire and
// as text. Whether one may be made is decided elsewhere.

import { z } from "zod";

export interface PermissionRule {
  readonly tool: string;
  /** Of which uses, in the tool's own form; undefined: of all. */
  readonly content?: string | undefined;
}

const rules = z
  .array(
    z
      .object({ toolName: z.string(), ruleContent: z.string().optional() })
      .transform(({ toolName: tool, ruleContent: content }): PermissionRule => ({ tool, content })),
  )
  .min(1);

const offer = z.object({ type: z.literal("addRules"), behavior: z.literal("allow"), rules });

/**
 * What speaks against a rule (2.1.330): Claude's own setting, a tool that always asks, a path that is blocked, an
 * organisation's policy. A value of any other form than "no" counts.
 */
const OBJECTIONS = [
  "suppress_always_allow_rule",
  "default_to_no",
  "blocked_path",
  "requires_user_interaction",
  "server_policy_ask_only",
] as const;

/**
 * The rules that would let such a use through unasked, all together; none where there is no such offer. 1.0.128 offers
 * none. Where a mode or a directory is offered along with them, 2.1.330 asks again all the same if it gets the rules
 * alone.
 */
export function offeredRules(request: Readonly<Record<string, unknown>>): readonly PermissionRule[] {
  if (OBJECTIONS.some((name) => (request[name] ?? false) !== false)) {
    return [];
  }
  return (
    z
      .array(offer)
      .safeParse(request["permission_suggestions"])
      .data?.flatMap((one) => one.rules) ?? []
  );
}

/** As 2.0.76 and 2.1.330 take them with an answer; they hold as long as the process. */
export function rulesToAdd(made: readonly PermissionRule[]): object[] {
  const wire = made.map(({ tool, content }) => ({
    toolName: tool,
    ...(content === undefined ? {} : { ruleContent: content }),
  }));
  return [{ type: "addRules", rules: wire, behavior: "allow", destination: "session" }];
}

/** `Bash(npm test *)`, as the CLI's flags and settings have them. Content with brackets has no safe form there. */
export function ruleText({ tool, content }: PermissionRule): string {
  return content === undefined ? tool : `${tool}(${content})`;
}

export const isSameRule = (one: PermissionRule, other: PermissionRule): boolean =>
  one.tool === other.tool && one.content === other.content;

export const areSameRules = (some: readonly PermissionRule[], others: readonly PermissionRule[]): boolean =>
  some.length === others.length && some.every((rule) => others.some((other) => isSameRule(rule, other)));
