// What is run on another machine for a file that is to be sent.

import { homeIn } from "../remote/script.ts";

export const HOME = 'printf %s "$HOME"';

/**
 * Where the path `$1` leads, with the session's directory in `$d`. `realpath` is not on every machine, and what `-ef`
 * compares is what a path leads to, however it is spelled.
 */
const LOOK = `
set -f
LC_ALL=C
export LC_ALL
reason() {
  said=$(ls -ldL "$1" 2>&1 >/dev/null)
  case \${said##*: } in
    *enied*) echo EACCES ;;
    *permitted*) echo EPERM ;;
    *evels* | *loop*) echo ELOOP ;;
    *"too long"*) echo ENAMETOOLONG ;;
    *) echo ENOENT ;;
  esac
}
state() {
  stat -c '%s %Y %y' "$1" 2>/dev/null || stat -f '%z %Fm' "$1" 2>/dev/null || ls -ldn "$1"
}
look() {
  why= real=$1 inside= top= readable= size= mark= links=0
  while [ -L "$real" ] && [ $links -lt 40 ]; do
    links=$((links + 1))
    to=$(readlink "$real" && echo .) || { why=EINVAL; return; }
    to=\${to%??}
    case $to in /*) real=$to ;; *) real=\${real%/*}/$to ;; esac
  done
  if [ ! -d "$d" ]; then why=$(reason "$d/.")
  elif [ ! -e "$real" ]; then why=$(reason "$real")
  elif [ -d "$real" ]; then why=EISDIR
  elif [ ! -f "$real" ]; then why=ENXIO
  fi
  [ -z "$why" ] || return
  top=$(cd -P "\${real%/*}/" && pwd -P && echo .) || { why=EACCES; return; }
  top=\${top%??}
  top=\${top%/}
  real=$top/\${real##*/}
  inside=1
  until [ "$top/." -ef "$d/." ]; do
    [ -n "$top" ] || { inside=; break; }
    top=\${top%/*}
  done
  if [ -r "$real" ]; then readable=1; fi
  set -- $(ls -ldin "$real")
  size=$6
  mark="$1 $(printf %s "$real" | cksum)"
}
`;

/** `$1` the session's directory, then paths. */
export const FIND = `${LOOK}
d=$1
${homeIn("d")}
shift
for path; do
  look "$path"
  printf '%s\\000' "$why" "$real" "$inside" "$top" "$readable" "$size" "$mark" "$(state "$real" 2>/dev/null)"
done
`;
/** How many it prints of each path. */
export const FIND_FIELDS = 8;

/** How it ends when the path leads to something else now, or to what may not be read. */
export const IS_OTHER = 20;
export const IS_UNREADABLE = 21;
/** All of it was printed, and it is not as it was. */
export const IS_CHANGED = 22;

/**
 * `$1` the session's directory, `$2` the path, `$3` the mark and `$4` the state that it had, `$5` the most bytes. Looked at
 * before it is opened, because to open a pipe waits; what counts is what is found afterwards.
 */
export const FETCH = `${LOOK}
d=$1 path=$2 was=$3 before=$4 most=$5
${homeIn("d")}
check() {
  look "$path"
  if [ -n "$why" ] || [ "$mark" != "$was" ]; then exit ${IS_OTHER}; fi
}
check
[ -n "$readable" ] || exit ${IS_UNREADABLE}
{
  check
  if [ -e /proc/self/fd/3 ] && ! [ /proc/self/fd/3 -ef "$real" ]; then exit ${IS_OTHER}; fi
  head -c "$most" <&3 || exit
  [ "$(state "$real" 2>/dev/null)" = "$before" ] || exit ${IS_CHANGED}
} 3<"$real"
`;
