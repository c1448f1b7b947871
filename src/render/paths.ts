// How paths are shown: relative to the working directory, or with `~`. Pure.

export interface Places {
  readonly directory: string;
  readonly home: string;
}

export function shortPath(path: string, { directory, home }: Places): string {
  if (path === directory) {
    return ".";
  }
  return within(path, directory, "") ?? within(path, home, "~/") ?? path;
}

/** As `shortPath`, but never relative: for naming the working directory itself. */
export function homePath(path: string, home: string): string {
  return path === home ? "~" : (within(path, home, "~/") ?? path);
}

/** As it is known on its machine; undefined: this one, of which `home` is. */
export function placePath(path: string, home: string, machine: string | undefined): string {
  return machine === undefined ? homePath(path, home) : path;
}

function within(path: string, parent: string, prefix: string): string | undefined {
  const root = parent.endsWith("/") ? parent : `${parent}/`;
  return parent !== "" && path.startsWith(root) ? `${prefix}${path.slice(root.length)}` : undefined;
}
