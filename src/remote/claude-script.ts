// The shell around a Claude on another machine. It hands on what comes, and ends Claude with all that it started when its
// stdin is closed or when nothing has come for a while: a broken connection isn't told to that end by every runner.

import { DANGER_FUNCTION, type DangerThere } from "./danger.ts";
import { homeIn } from "./script.ts";

export interface RemoteTimes {
  /** Something is sent this often. */
  readonly signOfLifeMs: number;
  /** After the end of stdin Claude gets so long to save. */
  readonly graceS: number;
  /** Without a sign of life for so long, the connection is gone. */
  readonly silenceS: number;
}

export const REMOTE_TIMES: RemoteTimes = { signOfLifeMs: 20_000, graceS: 5, silenceS: 60 };

/** All that carries this variable was started by the Claude of that run, also when its parent is gone. */
const RUN_VARIABLE = "MM_CLAUDE_RUN";

/** On stderr, last and with the reason behind it: the script has ended Claude, or has closed its stdin. */
export const UNHEARD = "mm-claude was not heard:";

/** The exit code where Claude's directory can't be entered. */
export const NO_DIRECTORY = 93;
/** Those where it is one that must be confirmed first. */
export const UNSAFE: Readonly<Record<DangerThere, number>> = { home: 94, root: 95 };

/**
 * What is to be ended: `of_run`, all that carries the variable of `$run`, where there is /proc; `below PID`, what descends
 * from that process.
 */
export const KILL_FUNCTIONS = `
of_run() {
  if [ -r /proc/self/environ ]; then
    for e in $(grep -ls "${RUN_VARIABLE}=$run" /proc/[0-9]*/environ); do e=\${e#/proc/}; echo "\${e%/environ}"; done
  fi
}
below() {
  ps -A -o pid= -o ppid= 2>/dev/null | while read -r p q; do if [ "$q" = "$1" ]; then echo "$p"; below "$p"; fi; done
}
`;

/** Where Claude is installed for one user, a shell that is no login doesn't look. */
export const CLAUDE_PATH_LINES = `
PATH=$PATH:$HOME/.local/bin:$HOME/.claude/local:/usr/local/bin:/opt/homebrew/bin
export PATH
`;

const REFUSE_UNSAFE = `
${DANGER_FUNCTION}
case $(danger) in home) exit ${UNSAFE.home} ;; root) exit ${UNSAFE.root} ;; esac`;

/**
 * `$1` directory, which may begin with `~/`, `$2` the one for files or "", `$3` the run, `$4` the program, then its
 * arguments. Exits as Claude does; says BEGUN before Claude's first word, and UNHEARD where nothing could come any more. An
 * empty directory for files goes with it: what is saved later makes it again.
 */
export function claudeScript({ graceS, silenceS }: RemoteTimes, isUnsafeAllowed = false): string {
  return `
directory=$1 files=$2 run=$3
shift 3
${CLAUDE_PATH_LINES}
${KILL_FUNCTIONS}
${homeIn("directory")}
${isUnsafeAllowed ? "" : REFUSE_UNSAFE}
cd "$directory" || exit ${NO_DIRECTORY}
mask=$(umask)
umask 077
if [ -n "$files" ] && ! mkdir "$files" 2>/dev/null && { [ -L "$files" ] || [ ! -d "$files" ] || [ ! -O "$files" ]; }; then
  echo "$files can't be used for files: it is no directory of this user's own" >&2
  exit 1
fi
own=$(mktemp -d "\${TMPDIR:-/tmp}/mm-claude-run.XXXXXX") && mkfifo "$own/in" || exit 1
umask "$mask"
leader=
if command -v setsid >/dev/null 2>&1; then leader=setsid; fi
end() {
  claude=$(cat "$own/pid" 2>/dev/null)
  tree=$([ -r /proc/self/environ ] || [ -z "$claude" ] || below "$claude")
  for signal in "$1" KILL; do
    [ -n "$claude" ] && kill -s $signal -- "-$claude" 2>/dev/null
    for p in $claude $tree $(of_run); do kill -s $signal "$p" 2>/dev/null; done
    [ $signal = KILL ] || sleep 1
  done
}
exec 3<&0
{
  cd /
  trap 'kill $s; exit' TERM
  while r=$(dd bs=65536 count=1 2>&1 1>&4 <&3); do
    case $r in 0+0*) echo 'its input was closed there' >"$own/unheard"; break ;; esac
    : >"$own/sign"
  done
  exec 4>&-
  sleep ${graceS} &
  s=$!
  wait $s
  end TERM
} 4>"$own/in" >/dev/null 2>&1 &
pump=$!
{
  exec 3<&-
  cd /
  n=0
  trap 'kill $s; exit' TERM
  while [ -d "$own" ] && [ $n -lt ${silenceS} ]; do
    sleep 1 &
    s=$!
    wait $s
    n=$((n + 1))
    if [ -e "$own/sign" ]; then rm -f "$own/sign"; n=0; fi
  done
  if [ -d "$own" ]; then
    echo 'nothing came there for ${silenceS} s' >"$own/unheard"
    end TERM
  fi
} >/dev/null 2>&1 </dev/null &
watch=$!
env ${RUN_VARIABLE}="$run" $leader sh -c 'echo $$ >"$0"; exec "$@"' "$own/pid" "$@" <"$own/in" 3<&-
code=$?
kill $pump $watch 2>/dev/null
wait $watch 2>/dev/null
end KILL
if [ -e "$own/unheard" ]; then printf '\\n%s %s\\n' '${UNHEARD}' "$(cat "$own/unheard")" >&2; fi
rm -rf "$own"
if [ -n "$files" ]; then rmdir "$files" 2>/dev/null; fi
exit $code
`;
}
