// The script that runs git on another machine. Git ends with all that it has started when its time is over, and when
// nobody waits for it any more: a connection that breaks closes stdin, and ends nothing by itself.

import { KILL_FUNCTIONS } from "../remote/claude-script.ts";
import { homeIn, quoted } from "../remote/script.ts";
import { READING, TERM_MS } from "./git.ts";

/** Before what git says: the runner may have greeted. */
export const GIT_BEGINS = "mm-claude runs git";
/** On a line of its own. */
export const IS_LATE = "mm-claude has ended git: it was late";

/** Ends `$git`, a process group where there is `setsid`, and what descends from it. */
const END = `
${KILL_FUNCTIONS}
end() {
  trap '' TERM
  tree=$(below "$git")
  for signal in TERM KILL; do
    kill -s $signal -- "-$git" 2>/dev/null
    for p in $git $tree; do kill -s $signal "$p" 2>/dev/null; done
    [ $signal = KILL ] || sleep ${TERM_MS / 1000}
  done
}
`;

/** `$1` a folder for the copy of the index, or "" where nothing is added to it; then the words for `env`. */
const RUN = `
own=$1
shift
if [ -n "$own" ]; then
  index=$(git rev-parse --git-path index && echo .) || exit
  cp "\${index%??}" "$own/index" || exit
  GIT_INDEX_FILE=$own/index GIT_OPTIONAL_LOCKS=0
  export GIT_INDEX_FILE GIT_OPTIONAL_LOCKS
  git ${READING.map(quoted).join(" ")} update-index -z --index-info || exit
  exec </dev/null
fi
exec env "$@"
`;

/**
 * `$1` the directory, `$2` the time in seconds, `$3` "held" when stdin only tells whether somebody waits, "entries" when
 * it has some for a copy of the index; then the words for `env`: variables, git, its arguments.
 */
export const GIT_SCRIPT = `
directory=$1 seconds=$2 stdin=$3
shift 3
${homeIn("directory")}
unset CDPATH
LC_ALL=C GIT_TERMINAL_PROMPT=0 GIT_EDITOR=:
PATH=$PATH:$HOME/.local/bin:/usr/local/bin:/opt/homebrew/bin
export LC_ALL GIT_TERMINAL_PROMPT GIT_EDITOR PATH
printf '\\n%s\\n' '${GIT_BEGINS}' >&2
if ! cd -- "$directory" 2>/dev/null; then echo 'no directory' >&2; exit 127; fi
if ! command -v git >/dev/null 2>&1; then echo 'no git' >&2; exit 127; fi
for name in $(env | sed -n 's/^\\(GIT_[A-Za-z0-9_]*\\)=.*/\\1/p'); do
  case $name in
    GIT_TERMINAL_PROMPT | GIT_EDITOR | GIT_EXEC_PATH) ;;
    GIT_AUTHOR_* | GIT_COMMITTER_* | GIT_CONFIG_* | GIT_SSL_* | GIT_SSH*) ;;
    *) unset "$name" ;;
  esac
done
${END}
leader=
if command -v setsid >/dev/null 2>&1; then leader=setsid; fi
own=
if [ "$stdin" = entries ]; then
  own=$(mktemp -d "\${TMPDIR:-/tmp}/mm-claude-index.XXXXXX") || exit 1
  exec 4<&0
else
  exec 4</dev/null
fi
exec 3<&0
$leader sh -c ${quoted(RUN)} sh "$own" "$@" <&4 3<&- 4<&- &
git=$!
exec 4<&-
{
  n=0
  while [ $n -lt "$seconds" ]; do sleep 1 2>/dev/null; n=$((n + 1)); done
  echo '${IS_LATE}' >&2
  end 2>/dev/null
} >/dev/null </dev/null 3<&- &
late=$!
gone=
if [ "$stdin" = held ]; then
  { read -r line <&3; end; } >/dev/null 2>&1 </dev/null &
  gone=$!
fi
wait $git 2>/dev/null
code=$?
kill $late $gone 2>/dev/null
wait $late $gone 2>/dev/null
if [ -n "$own" ]; then rm -rf "$own"; fi
exit $code
`;
