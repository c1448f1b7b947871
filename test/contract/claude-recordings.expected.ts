// Every recording in short; the words are those of sketch() in test/support/claude-recording.ts.

export const expected: Readonly<Record<string, string>> = {
  "1.0.128-background-bash":
    'response · turn · message · replayed · use Bash · result · backgrounded · message · use BashOutput · result · message · use BashOutput · result · message · deltas · "Out: [["Bash","Command …" · end',
  "1.0.128-bash":
    'response · mcp initialize · mcp notifications/initialized · mcp tools/list · turn · "Let me run a command." · use Bash · ask Bash · result · "Done: the command ran." · end',
  "1.0.128-clear":
    'response · turn · message · deltas · replayed · "RUN echo alpha" · end · turn · nothing said · end · turn · message · deltas · replayed · "Unknown slash command: …" · end',
  "1.0.128-hook-refuses-prompt":
    'response · turn · message · deltas · response · replayed · aborted · turn · message · deltas · replayed · "RUN echo one" · end · turn · nothing said · end · turn · message · deltas · replayed · "RUN echo two" · end · turn · message · replayed · use Bash · ask Bash · result · replayed · message · use Bash · ask Bash · result · message · deltas · "The gate is behind us." · end',
  "1.0.128-own-tools":
    'response · mcp initialize · mcp notifications/initialized · mcp tools/list · turn · replayed · use mcp__mattermost__send_file · use mcp__mattermost__send_file · ask mcp__mattermost__send_file · mcp tools/call · result · ask mcp__mattermost__send_file · mcp tools/call · failed · "over: mcp__mattermost__…" · end · turn · replayed · use mcp__mattermost__read_channel · use mcp__mattermost__read_channel · ask mcp__mattermost__read_channel · ask mcp__mattermost__read_channel · mcp tools/call · mcp tools/call · mcp notifications/cancelled · mcp notifications/cancelled · response · result · result · aborted',
  "1.0.128-plan":
    'response · mcp initialize · mcp notifications/initialized · mcp tools/list · turn · use ExitPlanMode · plan written · result · use Bash · result · "Built." · end',
  "1.0.128-replay-queue-interrupt-partial":
    'response · turn · message · deltas · replayed · "Hello! I am a scripted …" · end · turn · message · deltas · response · replayed · aborted · turn · message · deltas · replayed · "Hello! I am a scripted …" · end',
  "1.0.128-slash-commands":
    'response · turn · "Total cost:            …" · end · turn · message · deltas · replayed · "Hello! I am a scripted …" · end · turn · compacted · replayed · "Compacted" · end · turn · nothing said · end',
  "1.0.128-todo":
    'response · mcp initialize · mcp notifications/initialized · mcp tools/list · turn · use TodoWrite · result · use TodoWrite · result · "All done." · end',
  "2.0.76-background-bash":
    'response · turn · message · replayed · use Bash · result · backgrounded · message · deltas · "Started." · end · error: only prompt commands are suppo',
  "2.0.76-bash":
    'response · mcp initialize · mcp notifications/initialized · mcp tools/list · turn · "Let me run a command." · use Bash · ask Bash · result · "Done: the command ran." · end',
  "2.0.76-clear":
    'response · turn · message · deltas · replayed · "RUN echo alpha" · end · turn · nothing said · end · turn · message · deltas · replayed · "Unknown slash command: …" · end',
  "2.0.76-hook-refuses-prompt":
    'response · turn · message · deltas · response · replayed · aborted · turn · message · deltas · replayed · "RUN echo one" · end · turn · nothing said · end · turn · message · deltas · replayed · "RUN echo two" · end · turn · message · replayed · use Bash · ask Bash · response · result · replayed · message · use Bash · ask Bash · response · result · message · deltas · "The gate is behind us." · end',
  "2.0.76-in-process-mcp":
    'mcp initialize · response · mcp notifications/initialized · mcp initialize · mcp tools/list · mcp notifications/initialized · mcp tools/list · turn · use mcp__mm__send_file · ask mcp__mm__send_file · mcp tools/call · result · "File sent." · end',
  "2.0.76-own-tools":
    'response · mcp initialize · mcp notifications/initialized · response · response · mcp tools/list · response · turn · replayed · use mcp__mattermost__send_file · use mcp__mattermost__send_file · ask mcp__mattermost__send_file · mcp tools/call · response · response · result · ask mcp__mattermost__send_file · mcp tools/call · response · response · failed · "over: mcp__mattermost__…" · end · turn · replayed · use mcp__mattermost__read_channel · use mcp__mattermost__read_channel · ask mcp__mattermost__read_channel · ask mcp__mattermost__read_channel · mcp tools/call · response · mcp tools/call · response · mcp notifications/cancelled · mcp notifications/cancelled · response · failed · response · response · failed · aborted',
  "2.0.76-plan":
    'response · mcp initialize · mcp notifications/initialized · mcp tools/list · turn · use ExitPlanMode · plan written · result · use Bash · result · "Built." · end',
  "2.0.76-question":
    'response · mcp initialize · mcp notifications/initialized · mcp tools/list · turn · use AskUserQuestion · 2 questions · result · "Thanks for answering." · end',
  "2.0.76-replay-queue-interrupt-partial":
    'response · turn · message · deltas · replayed · "Hello! I am a scripted …" · end · turn · message · deltas · response · replayed · aborted · turn · message · deltas · replayed · "Hello! I am a scripted …" · end',
  "2.0.76-slash-commands":
    'response · turn · "Total cost:            …" · end · turn · message · deltas · replayed · "Hello! I am a scripted …" · end · compacting · turn · compacted · replayed · "Compacted" · end · turn · nothing said · end',
  "2.0.76-todo":
    'response · mcp initialize · mcp notifications/initialized · mcp tools/list · turn · use TodoWrite · result · use TodoWrite · result · "All done." · end',
  "2.1.197-allow-with-rules":
    'response · turn · "Let me run a command." · use Bash · ask Bash · result · "Done: the command ran." · end · turn · "Let me run a command." · use Bash · ask Bash · result · "Done: the command ran." · end',
  "2.1.197-api-overloaded":
    'response · mcp initialize · mcp notifications/initialized · mcp tools/list · turn · retry 1/1 after 529 overloaded · "API Error: 529 scripted…" · error: API Error: 529 scripted. This ',
  "2.1.197-bad-input-line": "response",
  "2.1.197-bash-allow-partial":
    'response · turn · message · deltas · "Let me run a command." · use Bash · ask Bash · result · message · deltas · "Done: the command ran." · end',
  "2.1.197-bash-deny":
    'response · turn · "Let me run a command." · use Bash · ask Bash · failed · "Done: the command ran." · end',
  "2.1.197-edit-partial":
    'response · turn · message · use Read · result · message · use Edit · ask Edit · result · message · deltas · "Edited." · end',
  "2.1.197-image":
    'response · mcp initialize · mcp notifications/initialized · mcp tools/list · turn · "Hello! I am a scripted …" · end',
  "2.1.197-in-process-mcp":
    'response · mcp initialize · mcp notifications/initialized · mcp tools/list · turn · use mcp__mm__send_file · ask mcp__mm__send_file · mcp tools/call · result · "File sent." · end',
  "2.1.197-interrupt-while-asking":
    'response · turn · "Let me run a command." · use Bash · ask Bash · ask cancelled · response · failed · aborted',
  "2.1.197-interrupt-while-streaming":
    'response · turn · response · "word word word word wor…" · aborted · turn · "Hello! I am a scripted …" · end',
  "2.1.197-plan-allow":
    'response · turn · use ExitPlanMode · plan written · mode default · result · use Bash · result · "Built." · end',
  "2.1.197-plan-deny":
    'response · turn · use ExitPlanMode · plan written · failed · use Bash · result · "Built." · end',
  "2.1.197-question-partial":
    'response · turn · message · use AskUserQuestion · 2 questions · result · message · deltas · "Thanks for answering." · end',
  "2.1.197-replay-queue-interrupt":
    'response · turn · response · replayed · "word word word word wor…" · aborted · turn · replayed · "Hello! I am a scripted …" · end',
  "2.1.197-resume-after-sigkill": 'response · turn · "Hello! I am a scripted …" · end',
  "2.1.197-resume-unknown": "error: No conversation found with ses",
  "2.1.197-session-id-replay-sigkill":
    'response · turn · replayed · "Hello! I am a scripted …" · end · turn · replayed · "Let me run a command." · use Bash · ask Bash',
  "2.1.197-set-mode-model-queue":
    'response · response · mode acceptEdits · turn · use Write · failed · "Written." · end · "Set model to claude-son…" · response · turn · "word word word word wor…" · end · turn · refused · response · "Hello! I am a scripted …" · end · response · refused',
  "2.1.197-sigint": 'response · turn · "word word word word wor…" · aborted',
  "2.1.197-sigkill-while-asking":
    'response · turn · "Hello! I am a scripted …" · end · turn · "Let me run a command." · use Bash · ask Bash',
  "2.1.197-sigterm": "response · turn",
  "2.1.197-slash-commands":
    'response · turn · "Total cost:            …" · end · turn · "## Context Usage  **Mod…" · end · compacting · not compacted · turn · "Not enough messages to …" · end · turn · "/model isn\'t available …" · end · turn · "Unknown command: /nosuch" · end',
  "2.1.197-stdin-end": 'response · turn · "word word word word wor…" · end',
  "2.1.197-subagent-partial":
    'response · turn · message · use Agent · taskStarted · task completed · result · message · deltas · "Agent finished." · end',
  "2.1.197-tasks-partial":
    'response · turn · message · use TaskCreate · result · message · use TaskUpdate · result · message · use TaskUpdate · result · message · deltas · "All done." · end',
  "2.1.197-text": 'response · turn · "Hello! I am a scripted …" · end',
  "2.1.197-thinking-partial":
    'response · mcp initialize · mcp notifications/initialized · mcp tools/list · turn · message · thinkingDelta · deltas · "Thought." · end',
  "2.1.197-write-partial":
    'response · turn · message · use Write · ask Write · result · message · deltas · "Written." · end',
  "2.1.330-always-allow":
    'mcp initialize · response · response · mcp notifications/initialized · response · mcp tools/list · response · turn · replayed · message · use Bash · ask Bash · response · failed · message · use Bash · failed · message · deltas · "Tests ran." · end',
  "2.1.330-background-agent":
    'response · turn · replayed · message · deltas · "I send somebody." · use Agent · 1 in background · taskStarted · result · message · deltas · taskProgressed · deltas · "The subagent is back." · end · result · task completed · 0 in background · turn · message · deltas · "The subagent is back." · end',
  "2.1.330-background-bash":
    'mcp initialize · response · response · mcp notifications/initialized · response · mcp tools/list · response · turn · replayed · message · use Bash · 1 in background · taskStarted · result · backgrounded · message · deltas · "Started it in the backg…" · end · response · task completed · 0 in background · turn · message · deltas · "The background command …" · end',
  "2.1.330-clear":
    'mcp initialize · response · response · mcp notifications/initialized · response · mcp tools/list · response · turn · replayed · message · deltas · "Answer alpha." · end · cleared · 0 in background · turn · replayed · end · turn · replayed · message · deltas · "Answer beta." · end',
  "2.1.330-controls":
    'mcp initialize · response · response · mcp notifications/initialized · response · mcp tools/list · response · response · response · mode acceptEdits · response · mode plan · response · mode default · response · response · response · response · turn · replayed · message · deltas · "Hello! I am a scripted …" · end · response · response · response · response · response · response · response',
  "2.1.330-hook-refuses-prompt":
    'mcp initialize · response · response · mcp notifications/initialized · response · mcp tools/list · response · turn · prompt refused: no such words here · end · turn · replayed · message · deltas · "Answer beta." · end',
  "2.1.330-hook-refuses-queued":
    'response · turn · replayed · message · deltas · response · "word1 word2 word3 word4…" · aborted · replayed · replayed · turn · prompt refused: no such words here · end · turn · replayed · message · use Bash · ask Bash · response · result · prompt refused: no such words here · message · use Bash · ask Bash · response · result · message · deltas · "The gate is behind us." · end',
  "2.1.330-hook-stops-prompt":
    'response · turn · prompt refused: we are closed · replayed · end · turn · replayed · message · deltas · "something forbidden Ope…" · end',
  "2.1.330-hook-stops-turn":
    'response · turn · replayed · message · deltas · "Let me run a command." · use Bash · ask Bash · response · result · error: a hook stopped the turn',
  "2.1.330-in-process-tool":
    'mcp initialize · response · response · mcp notifications/initialized · response · mcp tools/list · response · turn · replayed · message · use mcp__chat__send_file · ask mcp__chat__send_file · response · mcp tools/call · response · result · message · deltas · "File sent." · end',
  "2.1.330-message-while-a-tool-runs":
    'response · turn · replayed · message · deltas · "Let me run a command." · use Bash · ask Bash · response · result · replayed · message · deltas · "RUN echo in between" · end',
  "2.1.330-own-tools":
    'mcp initialize · response · response · mcp notifications/initialized · response · mcp tools/list · response · turn · replayed · use mcp__mattermost__send_file · ask mcp__mattermost__send_file · use mcp__mattermost__send_file · response · mcp tools/call · response · result · ask mcp__mattermost__send_file · response · mcp tools/call · response · failed · "over: mcp__mattermost__…" · end · turn · replayed · use mcp__mattermost__read_channel · ask mcp__mattermost__read_channel · use mcp__mattermost__read_channel · ask mcp__mattermost__read_channel · response · response · mcp tools/call · mcp tools/call · mcp notifications/cancelled · mcp notifications/cancelled · response · failed · failed · response · response · aborted',
  "2.1.330-plan":
    'response · turn · replayed · message · deltas · "I make a plan." · use EnterPlanMode · mode plan · result · message · use Write · result · message · use ExitPlanMode · plan written · response · mode default · result · message · use Bash · ask Bash · response · result · message · deltas · "Built as planned." · end',
  "2.1.330-queue-interrupt":
    'response · turn · replayed · message · deltas · response · "word1 word2 word3 word4…" · aborted · replayed · turn · replayed · message · deltas · "RUN hello RUN echo seco…" · end',
  "2.1.330-rate-limit-warning":
    'response · turn · replayed · message · deltas · "Answer alpha." · rateLimit · end',
  "2.1.330-rewind-files":
    'response · turn · replayed · message · use Write · ask Write · response · result · message · deltas · "Written." · end · response · response',
  "2.1.330-slash-commands":
    'response · turn · "Estimated cost:        …" · replayed · end · turn · replayed · message · deltas · "Hello! I am a scripted …" · end · compacting · compacted · turn · replayed · "Compacted" · replayed · end · turn · replayed · message · deltas · "I follow a script. Say …" · end',
  "2.1.330-withdraw-queued":
    'mcp initialize · response · response · mcp notifications/initialized · response · mcp tools/list · response · turn · replayed · message · deltas · response · deltas · "w0 w1 w2 w3 w4 w5 w6 w7…" · end · turn · replayed · message · deltas · "Answer gamma." · end',
  "2.1.330-worktree": 'response · turn · replayed · message · deltas · "Answer alpha." · end',
};
