// Directories of another machine in which Claude could reach all of a person's files: judged there, by where they are without
// links.

export const DANGERS_THERE = ["home", "root"] as const;
export type DangerThere = (typeof DANGERS_THERE)[number];

const MEND = "Choose another, or confirm it in projects.yaml with allowUnsafeDirectory: true.";

/** What is said behind the directory's name. */
export const UNSAFE_THERE: Readonly<Record<DangerThere, string>> = {
  home: `is the home directory there, with all files in it. ${MEND}`,
  root: `is all of that machine. ${MEND}`,
};

/** Says which of them `$directory` is, or nothing. Some shells know `//` as another root. */
export const DANGER_FUNCTION = `
danger() {
  place=$(CDPATH= cd -P -- "$directory" 2>/dev/null && pwd -P)
  case $place in
    "") ;;
    / | //) echo root ;;
    *) if [ -n "$HOME" ] && [ "$place" = "$(CDPATH= cd -P -- "$HOME" 2>/dev/null && pwd -P)" ]; then echo home; fi ;;
  esac
}`;
