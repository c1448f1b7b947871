// Control requests besides the first one and the interruption, answered as 2.1.330 answered them in the recordings.

/** What a person can choose, and which model is meant. */
const MODELS = {
  default: "claude-opus-5-5",
  opus: "claude-opus-5-5",
  sonnet: "claude-sonnet-5-5",
  haiku: "claude-haiku-5-5",
};

/** As `initialize` and `list_models` tell them. */
export const MODEL_CHOICES = Object.entries(MODELS).map(([value, resolvedModel]) => ({
  value,
  resolvedModel,
  description: `What ${value} is for`,
  supportsEffort: true,
  supportedEffortLevels: ["low", "medium", "high", "xhigh", "max"],
  supportsAdaptiveThinking: true,
  supportsThinkingOff: false,
}));

export const resolvedModel = (name) => MODELS[name] ?? name;

/** What 2.0.76 never answers. */
const NEWER = new Set([
  "apply_flag_settings",
  "get_context_usage",
  "list_models",
  "list_permission_rules",
  "rewind_files",
  "side_question",
]);

export function createControls({ conversation, checkpoints, rules, isOld }) {
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
      conversation.setModel(resolvedModel(model));
      return { response: { model: resolvedModel(model) } };
    },
    list_models: () => ({ response: { models: MODEL_CHOICES } }),
    rewind_files: (request) => ({ response: checkpoints.rewind(request) }),
    side_question: ({ question }) => ({
      later: conversation.aside(question).then((response) => ({ response, synthetic: false })),
    }),
    rename_session({ title }) {
      conversation.rename(title);
      return { response: undefined };
    },
    apply_flag_settings({ settings }) {
      if (settings.permissions?.ask !== undefined) rules.ask(settings.permissions.ask);
      return { response: undefined };
    },
    list_permission_rules: () => ({ response: { state: { rules: rules.list(), workspaceDirectories: [] } } }),
    set_max_thinking_tokens: () => ({ response: undefined }),
    get_usage: () => ({ response: { rate_limits_available: false, rate_limits: null } }),
    stop_task({ task_id }) {
      conversation.background.stop(task_id);
      return { response: {} };
    },
    get_task_output({ task_id }) {
      const output = conversation.background.outputOf(task_id);
      return output === undefined && !task_id.startsWith("b")
        ? { error: "get_task_output: no shell or Monitor task with that task_id in this session" }
        : { response: { output: output ?? "", total_bytes: (output ?? "").length, truncated: false } };
    },
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
    has: (subtype) => Object.hasOwn(answers, subtype) && !(isOld && NEWER.has(subtype)),
    /** Its `response`, its `error` or, when it takes long, what will be its response `later`; and the `frames` that come after it. */
    answer: (request) => answers[request.subtype](request),
  };
}
