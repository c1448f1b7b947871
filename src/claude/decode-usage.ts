// What Claude Code says of what was used: a process's cost so far, and the limits of the account's plan.

import { z } from "zod";
import { type Frame, malformed } from "./frame.ts";
import type { ClaudeEvent, Usage } from "./types.ts";

const count = z.number().nonnegative().catch(0);
const modelUsage = z.object({
  inputTokens: count,
  outputTokens: count,
  cacheReadInputTokens: count,
  cacheCreationInputTokens: count,
});
const usageFields = z.object({
  total_cost_usd: z.number().nonnegative(),
  // Since the beginning as well; empty for a slash command of 1.0.128 and 2.0.76.
  modelUsage: z.record(z.string(), modelUsage).catch({}),
  // Of this turn alone, without its subagents.
  usage: z.object({ output_tokens: count }).catch({ output_tokens: 0 }),
});

/**
 * Of a `result`. It counts since the process began (1.0.128, 2.0.76, 2.1.330); a resumed 2.1.330 may go on counting where
 * an earlier process of that conversation stopped, and its `/clear` begins at 0. Undefined where nothing is said of it.
 */
export function usageOf(frame: Frame): Usage | undefined {
  const parsed = usageFields.safeParse(frame);
  if (!parsed.success) {
    return undefined;
  }
  const models = Object.values(parsed.data.modelUsage);
  const sum = (of: (one: z.infer<typeof modelUsage>) => number): number =>
    models.reduce((total, one) => total + of(one), 0);
  return {
    costUsd: parsed.data.total_cost_usd,
    inputTokens: sum((one) => one.inputTokens + one.cacheReadInputTokens + one.cacheCreationInputTokens),
    outputTokens: sum((one) => one.outputTokens),
    turnOutputTokens: parsed.data.usage.output_tokens,
  };
}

/** Seconds since the epoch (2.1.330). */
const moment = z
  .number()
  .positive()
  .transform((seconds) => seconds * 1000);
const limitFrame = z.object({
  rate_limit_info: z.object({
    status: z.string(),
    resetsAt: moment.optional().catch(undefined),
    rateLimitType: z.string().catch(""),
    utilization: z.number().nonnegative().optional().catch(undefined),
    isUsingOverage: z.boolean().catch(false),
  }),
});

/** `rate_limit_event`, which only accounts with a plan get. */
export function decodeRateLimit(frame: Frame): ClaudeEvent[] {
  const parsed = limitFrame.safeParse(frame);
  if (!parsed.success) {
    return [malformed("rate_limit_event", parsed.error)];
  }
  const { status, resetsAt, rateLimitType, utilization, isUsingOverage } = parsed.data.rate_limit_info;
  const isRejected = status === "rejected" && !isUsingOverage;
  return [
    {
      type: "rateLimit",
      status: isRejected ? "rejected" : status === "allowed_warning" ? "warning" : "allowed",
      window: rateLimitType,
      resetsAt,
      utilization,
    },
  ];
}
