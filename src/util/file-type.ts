// What a file is, by its bytes: those types that Claude takes for more than text. Its name and what the server says of
// it prove nothing, because somebody has chosen them.

export interface FileType {
  readonly mediaType: string;
  readonly extensions: readonly string[];
  /** What the file begins with; undefined for bytes that may be any. */
  readonly begins: readonly (number | undefined)[];
}

const ascii = (text: string): number[] => [...text].map((character) => character.charCodeAt(0));

const SIZE = [undefined, undefined, undefined, undefined];

const TYPES: readonly FileType[] = [
  { mediaType: "image/png", extensions: ["png"], begins: [0x89, ...ascii("PNG\r\n\x1a\n")] },
  { mediaType: "image/jpeg", extensions: ["jpg", "jpeg"], begins: [0xff, 0xd8, 0xff] },
  { mediaType: "image/gif", extensions: ["gif"], begins: ascii("GIF87a") },
  { mediaType: "image/gif", extensions: ["gif"], begins: ascii("GIF89a") },
  { mediaType: "image/webp", extensions: ["webp"], begins: [...ascii("RIFF"), ...SIZE, ...ascii("WEBP")] },
  { mediaType: "application/pdf", extensions: ["pdf"], begins: ascii("%PDF-") },
];

/** Undefined for all that Claude can only take as text. */
export function typeOf(bytes: Uint8Array): FileType | undefined {
  return TYPES.find(({ begins }) => begins.every((byte, at) => byte === undefined || byte === bytes[at]));
}

/** What the Messages API takes as an image. */
export function isImageType(mediaType: string): boolean {
  return mediaType.startsWith("image/") && TYPES.some((type) => type.mediaType === mediaType);
}

/** `name`, with an extension that says what the file is where its own says something else. */
export function nameByType(name: string, type: FileType | undefined): string {
  const extension = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  const claimed = TYPES.find(({ extensions }) => extensions.includes(extension))?.mediaType;
  return claimed === type?.mediaType ? name : `${name}.${type?.extensions[0] ?? "txt"}`;
}
