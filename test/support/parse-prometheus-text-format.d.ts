// The package (1.1) has no types of its own.

declare module "parse-prometheus-text-format" {
  interface Family {
    readonly name: string;
    readonly help: string;
    readonly type: string;
    readonly metrics: readonly {
      readonly value?: string;
      readonly labels?: Readonly<Record<string, string>>;
      readonly buckets?: Readonly<Record<string, string>>;
      readonly count?: string;
      readonly sum?: string;
    }[];
  }
  // biome-ignore lint/style/noDefaultExport: it is what the package has
  export default function parsePrometheusTextFormat(text: string): readonly Family[];
}
