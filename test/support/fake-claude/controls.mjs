// Control requests besides the first one and the interruption, answered as 2.1.330 answered them in the recordings.

const MODELS = {
  default: "claude-opus-5-5",
  opus: "claude-opus-5-5",
  sonnet: "claude-sonnet-5-5",
  haiku: "claude-haiku-5-5",
};

export function createControls({ conversation, checkpoints }) {
  const answers = {
    mcp_status: () => ({ response: { mcpServers: [] } }),
    set_permission_mode({ mode }) {
      if (!["acceptEdits", "auto", "default", "plan"].includes(mode)) {
        return { error: `Cannot set permission mode to ${mode}` };
      }
      conversation.setMode(mode);
      const status = { type: "system", subtype: "status", status: null, permissionMode: mode };
      return { response: { mode }, frames: [status] };
    },
    set_model({ model = "default" }) {
      conversation.setModel(MODELS[model] ?? model);
      return { response: { model: MODELS[model] ?? model } };
    },
    list_models: () => ({
      response: {
        models: Object.entries(MODELS).map(([value, resolvedModel]) => ({
          value,
          resolvedModel,
          description: `What ${value} is for`,
          supportedEffortLevels: value === "haiku" ? [] : ["low", "medium", "high", "xhigh", "max"],
        })),
      },
    }),
    rewind_files: (request) => ({ response: checkpoints.rewind(request) }),
    side_question: ({ question }) => ({
      later: conversation.aside(question).then((response) => ({ response, synthetic: false })),
    }),
    rename_session({ title }) {
      conversation.rename(title);
      return { response: undefined };
    },
    apply_flag_settings: () => ({ response: undefined }),
    set_max_thinking_tokens: () => ({ response: undefined }),
    get_context_usage: () => ({
      response: {
        categories: [
          { name: "System prompt", tokens: 3190, kind: "used" },
          { name: "Free space", tokens: 951_726, kind: "free" },
        ],
        totalTokens: 15_274,
        maxTokens: 1_000_000,
        percentage: 2,
      },
    }),
  };
  return {
    has: (subtype) => Object.hasOwn(answers, subtype),
    /** Its `response`, its `error` or, when it takes long, what will be its response `later`; and the `frames` that come after it. */
    answer: (request) => answers[request.subtype](request),
  };
}
