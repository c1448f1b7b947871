// The environment in which the real CLI talks to the scripted model and to nobody else.

/** @param home a directory of its own: the CLI keeps its conversations and settings there */
export function scriptedEnvironment(
  url: string,
  home: string,
  environment: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  // What the program needs from the machine; every setting and credential of Claude's own stays out.
  const kept = Object.entries(environment).filter(
    ([name]) => !/^(?:CLAUDE|ANTHROPIC|AWS|GOOGLE|VERTEX|OTEL|MCP|DISABLE)_?|_proxy$/i.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    XDG_CONFIG_HOME: `${home}/.config`,
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: "scripted",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    CLAUDE_CODE_MAX_RETRIES: "2",
    // Where 2.1.330 keeps what background commands print; it leaves that behind.
    CLAUDE_CODE_TMPDIR: home,
    // 2.1.330 offers its newest models no todo list otherwise.
    CLAUDE_CODE_ENABLE_TODO_TOOLS: "1",
    DISABLE_AUTOUPDATER: "1",
    DISABLE_TELEMETRY: "1",
    DISABLE_ERROR_REPORTING: "1",
    NO_PROXY: "127.0.0.1,localhost",
  };
}
