// What is asked of another machine about a conversation that Claude has saved there: POSIX shell, with the tools of GNU,
// BSD and busybox.

import { KILL_FUNCTIONS } from "../remote/claude-script.ts";
import { MAX_BYTES } from "./saved-conversation.ts";

/** Between what was known of a conversation and what is new in it. It is no JSON. */
export const SINCE = "mm-claude: since then";
/** Of each of these two. */
const MOST_BYTES = 16 * 1024 * 1024;

/** `$id`: sets `folder`, and `file` to what is saved under that id, or to nothing. */
const FIND_SAVED = `
folder=\${CLAUDE_CONFIG_DIR:-$HOME/.claude}
for file in "$folder"/projects/*/"$id.jsonl"; do
  if [ -f "$file" ] && [ -r "$file" ]; then break; fi
  file=
done
`;

/** Where there is no /proc: our Claude is told from a terminal's by what it is started with. */
const OF_ARGS = `
of_args() {
  ps -A -o pid= -o args= 2>/dev/null | while read -r p args; do
    case $args in *stream-json*"$1"* | *"$1"*stream-json*) echo "$p"; below "$p" ;; esac
  done
}
`;

/**
 * `$1` the conversation, `$2` how many bytes of it are known or "", `$3` "start" where Claude is about to be started with
 * it: then what an earlier Claude of ours has left is ended first. Prints who has it open, how far it goes, and what is
 * saved, without what tools gave: that is most of it, and nobody asks for it here.
 */
export const LOOK = `
id=$1 seen=$2
${KILL_FUNCTIONS}
run=$id.
${OF_ARGS}
left() {
  of_run
  if ! [ -r /proc/self/environ ]; then of_args "$id"; fi
}
if [ "$3" = start ]; then
  for signal in TERM KILL; do
    found=$(left)
    if [ -z "$found" ]; then break; fi
    for p in $found; do
      kill -s $signal -- "-$p" 2>/dev/null
      kill -s $signal "$p" 2>/dev/null
    done
    n=0
    while [ $n -lt 3 ] && [ -n "$(left)" ]; do sleep 1; n=$((n + 1)); done
  done
fi
${FIND_SAVED}
for told in "$folder"/sessions/*.json; do
  p=\${told##*/}
  p=\${p%.json}
  case $p in *[!0-9]*) continue ;; esac
  if [ -f "$told" ] && grep -qF -e "$id" "$told" && kill -0 "$p" 2>/dev/null; then
    mark=$(sed 's/.*) //' "/proc/$p/stat" 2>/dev/null | cut -d ' ' -f 1,20)
    echo "open $p \${mark:--} $(tr '\\n' ' ' <"$told")"
  fi
done
if [ -z "$file" ]; then exit 0; fi
size=$(ls -lnL "$file" | { read -r _ _ _ _ n _; echo "$n"; })
if [ $size -gt ${MAX_BYTES} ]; then exit 0; fi
rest=0
if [ -n "$(tail -c 1 "$file")" ]; then rest=$(($(tail -n 1 "$file" | wc -c))); fi
case $seen in *[!0-9]* | '') seen=$size ;; esac
if [ "$seen" -gt "$size" ]; then seen=$size; fi
echo "bytes $((size - rest))"
echo
own() { LC_ALL=C sed '/"type":"tool_result"/d' | tail -c ${MOST_BYTES}; }
head -c "$seen" "$file" | own
printf '\\n%s\\n' '${SINCE}'
tail -c "+$((seen + 1))" "$file" | head -c "$((size - seen))" | own
exit 0
`;

/** `$1` the conversation, then ids: prints the lines that name one of them. */
export const LINES = `
id=$1
shift
${FIND_SAVED}
if [ -z "$file" ]; then exit 0; fi
for one do
  shift
  set -- "$@" -e "$one"
done
LC_ALL=C grep -F "$@" "$file"
exit 0
`;

/**
 * `$1` the conversation, `$2` the name of a file of Claude Code's own beside it, `$3` how much of its end is wanted. Prints
 * its size, and then that. Commands can put links there, which are not followed.
 */
export const RESULT = `
id=$1 most=$3
${FIND_SAVED}
own=\${file%.jsonl}/tool-results/$2
if [ -z "$file" ] || [ -L "\${file%.jsonl}" ] || [ -L "\${own%/*}" ] || [ -L "$own" ] || ! [ -f "$own" ]; then exit 1; fi
if [ "$(ls -ln "$own" | { read -r _ links _; echo "$links"; })" != 1 ]; then exit 1; fi
size=$(($(wc -c <"$own")))
echo "$size"
tail -c "$most" "$own" | head -c "$most"
`;

/**
 * `$1` the run. Prints a line for each process of it: its id, its parent's and its group's. What a command leaves behind
 * when it ends is no process of Claude's any more, so what counts is who began whom.
 */
export const PROCESSES = `
run=$1
${KILL_FUNCTIONS}
${OF_ARGS}
for p in $(of_run); do
  sed 's/^\\([0-9]*\\) .*) /\\1 /' "/proc/$p/stat" 2>/dev/null | cut -d ' ' -f 1,3,4
done
if ! [ -r /proc/self/environ ]; then
  for p in $(of_args "\${run%.*}"); do ps -o pid= -o ppid= -o pgid= -p "$p"; done
fi
exit 0
`;
