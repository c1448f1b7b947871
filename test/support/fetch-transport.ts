// Lets a test answer requests as a function of fetch's kind does, with `Response` and `Headers`.

import type { Transport } from "../../src/mattermost/transport.ts";

export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

export function transportOf(fetchLike: FetchLike): Transport {
  return async ({ url, method, headers, body, signal }) => {
    const sent = typeof body === "function" ? await wholeOf(body()) : body;
    const init = {
      method,
      headers,
      signal,
      ...(sent === undefined ? {} : { body: sent as NonNullable<RequestInit["body"]> }),
    };
    const response = await fetchLike(url, init);
    const { status, body: stream } = response;
    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
    async function* read(): AsyncGenerator<Uint8Array, void> {
      reader = stream?.getReader();
      for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) yield next.value;
    }
    return {
      status,
      headers: response.headers,
      body: read(),
      cancel: () => void (reader ? reader.cancel() : stream?.cancel()),
    };
  };
}

async function wholeOf(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const copies: Buffer[] = [];
  for await (const piece of pieces) copies.push(Buffer.from(piece));
  return Buffer.concat(copies);
}
