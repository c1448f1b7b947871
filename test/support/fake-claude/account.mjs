// What the turns of this process cost, and the limits of the account's plan, as 2.1.330 tells them.

const USD_PER_INPUT = 5e-6;
const USD_PER_OUTPUT = 25e-6;

export function createAccount() {
  let inputTokens = 0;
  let outputTokens = 0;
  return {
    note(event) {
      if (event.type === "message_start") inputTokens += event.message.usage?.input_tokens ?? 0;
      if (event.type === "message_delta") outputTokens += event.usage?.output_tokens ?? 0;
    },
    totals() {
      const costUSD = inputTokens * USD_PER_INPUT + outputTokens * USD_PER_OUTPUT;
      return {
        total_cost_usd: costUSD,
        modelUsage: { "claude-fake": { inputTokens, outputTokens, costUSD } },
        usage: { output_tokens: outputTokens },
      };
    },
  };
}

/** Undefined for any other error. */
export function planLimitOf({ status, headers = {} }) {
  if (status !== 429 || headers["anthropic-ratelimit-unified-status"] !== "rejected") return undefined;
  const resetsAt = Number(headers["anthropic-ratelimit-unified-reset"]);
  const rateLimitType = headers["anthropic-ratelimit-unified-representative-claim"];
  const time = new Intl.DateTimeFormat("en-US", { hour: "numeric", minute: "2-digit", timeZone: "UTC" })
    .format(resetsAt * 1000)
    .replace(/\s/, "")
    .toLowerCase();
  return {
    info: { status: "rejected", resetsAt, rateLimitType, isUsingOverage: false },
    words: `You've hit your 5-hour limit · resets ${time} (UTC)`,
  };
}
