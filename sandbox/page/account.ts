// Who speaks: logs a person in, with the token of an earlier visit where that still works.

import { key } from "./address.ts";
import { type Api, ApiError, createApi, logIn } from "./api.ts";
import type { User } from "./types.ts";

export interface Account {
  readonly api: Api;
  readonly me: User;
}

export async function enter(person: string): Promise<Account> {
  const remembered = `token of ${person}`;
  const known = sessionStorage.getItem(remembered);
  if (known !== null) {
    const api = createApi(known);
    const me = await api.me().catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 401) return undefined;
      throw error;
    });
    if (me) return { api, me };
  }
  const { token, user } = await logIn(person, key);
  sessionStorage.setItem(remembered, token);
  return { api: createApi(token), me: user };
}
