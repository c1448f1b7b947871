// Finds the token in a request, by header or by cookie. Knows not whose it is.

export interface RequestToken {
  readonly token: string;
  readonly from: "header" | "cookie";
}

export function findToken(
  authorization: string | undefined,
  cookies: string | undefined,
): RequestToken | undefined {
  const [, header] = /^(?:bearer|token)\s+(\S+)$/i.exec(authorization?.trim() ?? "") ?? [];
  if (header !== undefined) return { token: header, from: "header" };
  const [, cookie] = /(?:^|;)\s*MMAUTHTOKEN=([^;\s]+)/.exec(cookies ?? "") ?? [];
  return cookie === undefined ? undefined : { token: cookie, from: "cookie" };
}
