// The types of animated-webp.js, for its tests.

export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly durationMs: number;
  /** A whole WebP file. */
  readonly still: Buffer;
}

export function animatedWebp(
  size: { readonly width: number; readonly height: number },
  frames: readonly Frame[],
): Buffer;
