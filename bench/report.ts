// Samples → a table for the terminal, JSON and Markdown. Measures nothing, decides nothing.

import { METRICS, type MetricId } from "./metrics.ts";

export type Samples = ReadonlyMap<MetricId, readonly number[]>;

export interface Machine {
  readonly date: string;
  readonly platform: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  readonly claude: string;
  readonly loadAverage: string;
}

export interface Figure {
  readonly id: MetricId;
  readonly group: string;
  readonly title: string;
  readonly unit: string;
  readonly runs: number;
  readonly median: number;
  readonly p95: number;
  readonly limit: number | undefined;
  /** Median by limit. */
  readonly ratio: number | undefined;
  readonly aim: number | undefined;
  readonly samples: readonly number[];
}

export function figures(samples: Samples): Figure[] {
  return (Object.keys(METRICS) as MetricId[]).flatMap((id) => {
    const values = samples.get(id) ?? [];
    if (values.length === 0) return [];
    const { group, title, unit, limit: limitId, aim } = METRICS[id];
    const median = quantile(values, 0.5);
    const others = samples.get(limitId as MetricId) ?? [];
    const limit = others.length === 0 ? undefined : quantile(others, 0.5);
    const ratio = limit === undefined ? undefined : median / limit;
    return [
      {
        id,
        group,
        title,
        unit,
        runs: values.length,
        median,
        p95: quantile(values, 0.95),
        limit,
        ratio,
        aim,
        samples: values,
      },
    ];
  });
}

/** Nearest rank. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

const HEAD = ["", "median", "p95", "limit", "ratio", "aim"] as const;

function row({ title, unit, median, p95, limit, ratio, aim }: Figure): readonly string[] {
  const shown = (value: number | undefined): string =>
    value === undefined ? "" : value >= 100 || unit === "requests" ? value.toFixed(0) : value.toFixed(1);
  return [
    title,
    `${shown(median)} ${unit === "requests" ? "" : unit}`.trim(),
    shown(p95),
    shown(limit),
    ratio === undefined ? "" : `${ratio.toFixed(1)}×`,
    aim === undefined ? "" : `≤ ${aim} ${median <= aim ? "✓" : "✗"}`,
  ];
}

/** One table a group, for the terminal. */
export function textTable(all: readonly Figure[]): string {
  const rows = all.map((figure) => ({ group: figure.group, cells: row(figure) }));
  const widths = HEAD.map((head, at) =>
    Math.max(head.length, ...rows.map(({ cells }) => (cells[at] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join("  ")
      .trimEnd();
  return groupsOf(all)
    .map((group) =>
      [group, line(HEAD), ...rows.filter((one) => one.group === group).map(({ cells }) => line(cells))].join(
        "\n",
      ),
    )
    .join("\n\n");
}

export function markdown(
  machine: Machine,
  rounds: number,
  method: readonly string[],
  all: readonly Figure[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const tables = groupsOf(all).map((group) =>
    [
      `## ${group}`,
      "",
      line(HEAD),
      "|:--|--:|--:|--:|--:|--:|",
      ...all.filter((one) => one.group === group).map((one) => line(row(one))),
    ].join("\n"),
  );
  const facts = [
    `- **Machine**: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.platform}`,
    `- **Node** ${machine.node}, **Claude Code** ${machine.claude}`,
    `- **Load** at the end (1, 5, 15 min): ${machine.loadAverage}; ${rounds} rounds, ${machine.date}`,
  ];
  return [
    "# Figures",
    "Written by `npm run bench`; do not edit.",
    facts.join("\n"),
    "## Method",
    method.map((sentence) => `- ${sentence}`).join("\n"),
    ...tables,
    "",
  ].join("\n\n");
}

function groupsOf(all: readonly Figure[]): string[] {
  return [...new Set(all.map(({ group }) => group))];
}
