// Answers for the CLI's requests behind the conversation: titles, topics, quota, command prefixes.
// Whatever it asks, the answer changes nothing a person sees.

/** @param everything the request as text */
export function answerSideRequest(everything: string): string {
  // 1.0 asks which prefix of a shell command would be safe to allow, and which files it touches.
  if (everything.includes("command_injection_detected")) return "none";
  if (everything.includes("<filepaths>")) {
    return "<is_displaying_contents>\nfalse\n</is_displaying_contents>\n\n<filepaths>\n</filepaths>";
  }
  if (/(?:detailed|brief) summary|summarize/i.test(everything))
    return "<summary>A scripted summary.</summary>";
  return JSON.stringify({ isNewTopic: false, title: "Scripted conversation", branch: "claude/scripted" });
}
