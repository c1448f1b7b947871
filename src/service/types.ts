// What a service is made of, whoever runs it.

export interface ServiceProgram {
  /** Absolute. */
  readonly node: string;
  /** mm-claude's own script: absolute. */
  readonly script: string;
  /** Where Claude works, unless a project says otherwise: absolute. */
  readonly directory: string;
  /** Where Claude, git and the project's tools are found. */
  readonly path: string;
  /** What else of the environment belongs to how it is set up, such as XDG_STATE_HOME; no secrets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Read at each start where it exists: a key of Claude's, a proxy with a password. Absolute. */
  readonly environmentFile: string;
}

/** What the system that starts programs can do for mm-claude. Each throws ServiceError. */
export interface ServiceManager {
  /** What `install` would write, and where. */
  readonly file: string;
  readonly text: string;
  /** Gives what people have to know, a sentence each. */
  install(): Promise<readonly string[]>;
  /** Sentences; the exit code is 0 while it runs, and 3 when it doesn't. */
  status(): Promise<{ readonly lines: readonly string[]; readonly code: 0 | 3 }>;
  logs(how: { readonly lines: number; readonly follow: boolean }): Promise<number>;
  /** False when there was nothing to remove. */
  uninstall(): Promise<boolean>;
}

/** What failed and what to do, in a sentence or two. */
export class ServiceError extends Error {}
