// Samples → a table for the terminal, JSON and Markdown. Measures nothing, decides nothing.

import { METRICS, type MetricId } from "./metrics/table.ts";
import { quantile } from "./quantile.ts";

export type Samples = ReadonlyMap<MetricId, readonly number[]>;

export interface Machine {
  readonly date: string;
  readonly platform: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  readonly claude: string;
  readonly server: string;
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
  /** The median of another version. */
  readonly before: number | undefined;
  readonly limit: number | undefined;
  /** Median by limit. */
  readonly ratio: number | undefined;
  /** At most, with the limit in it where the aim is told beside the limit; undefined also where that is missing. */
  readonly aim: number | undefined;
  readonly aimText: string | undefined;
  readonly samples: readonly number[];
}

/** @param before of another version, which was measured beside this one */
export function figures(samples: Samples = new Map(), before: Samples = new Map()): Figure[] {
  return (Object.keys(METRICS) as MetricId[]).flatMap((id) => {
    const values = samples.get(id) ?? [];
    if (values.length === 0) return [];
    const { group, title, unit, limit: limitId } = METRICS[id];
    const median = quantile(values, 0.5);
    const others = samples.get(limitId as MetricId) ?? [];
    const limit = others.length === 0 ? undefined : quantile(others, 0.5);
    const earlier = before.get(id) ?? [];
    const ratio = limit === undefined || limit === 0 ? undefined : median / limit;
    return [
      {
        id,
        group,
        title,
        unit,
        runs: values.length,
        median,
        p95: quantile(values, 0.95),
        before: earlier.length === 0 ? undefined : quantile(earlier, 0.5),
        limit,
        ratio,
        ...aimOf(id, limit),
        samples: values,
      },
    ];
  });
}

function aimOf(id: MetricId, limit: number | undefined): Pick<Figure, "aim" | "aimText"> {
  const { aim } = METRICS[id];
  if (aim === undefined) return { aim: undefined, aimText: undefined };
  if (typeof aim === "number") return { aim, aimText: String(aim) };
  const [text, value] =
    "plus" in aim
      ? [`limit + ${aim.plus}`, limit === undefined ? undefined : limit + aim.plus]
      : [
          aim.times === 1 ? "limit" : `${aim.times} × limit`,
          limit === undefined ? undefined : limit * aim.times,
        ];
  return { aim: value, aimText: text };
}

const HEAD = ["", "median", "p95", "before", "limit", "ratio", "aim"] as const;

/** Without another version there is no column for it. */
const columnsOf = (cells: readonly string[], all: readonly Figure[]): readonly string[] =>
  all.some(({ before }) => before !== undefined) ? cells : cells.filter((_, at) => HEAD[at] !== "before");

/** Counted, and so whole. */
const WHOLE: readonly string[] = ["requests", "edits", "posts", "packages", "channels"];

function row({ title, unit, median, p95, before, limit, ratio, aim, aimText }: Figure): readonly string[] {
  const isWhole = WHOLE.includes(unit);
  const shown = (value: number | undefined): string =>
    value === undefined ? "" : value.toFixed(value >= 100 || isWhole ? 0 : 1);
  const verdict = aim === undefined ? "" : median <= aim ? " ✓" : " ✗";
  return [
    title,
    `${shown(median)} ${isWhole ? "" : unit}`.trim(),
    shown(p95),
    shown(before),
    shown(limit),
    ratio === undefined ? "" : `${ratio.toFixed(1)}×`,
    aimText === undefined ? "" : `≤ ${aimText}${verdict}`,
  ];
}

/** One table a group, for the terminal. */
export function textTable(all: readonly Figure[]): string {
  const head = columnsOf(HEAD, all);
  const rows = all.map((figure) => ({ group: figure.group, cells: columnsOf(row(figure), all) }));
  const widths = head.map((name, at) =>
    Math.max(name.length, ...rows.map(({ cells }) => (cells[at] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join("  ")
      .trimEnd();
  return groupsOf(all)
    .map((group) =>
      [group, line(head), ...rows.filter((one) => one.group === group).map(({ cells }) => line(cells))].join(
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
  leftOut: readonly string[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const head = columnsOf(HEAD, all);
  const tables = groupsOf(all).map((group) =>
    [
      `## ${group}`,
      "",
      line(head),
      `|:--|${"--:|".repeat(head.length - 1)}`,
      ...all.filter((one) => one.group === group).map((one) => line(columnsOf(row(one), all))),
    ].join("\n"),
  );
  const facts = [
    `- **Machine**: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.platform}`,
    `- **Node** ${machine.node}, **Claude Code** ${machine.claude}, **server**: ${machine.server}`,
    `- **Load** at the end (1, 5, 15 min): ${machine.loadAverage}; ${rounds} rounds, ${machine.date}`,
  ];
  return [
    "# Figures",
    "Written by `npm run bench`; do not edit.",
    facts.join("\n"),
    "## Method",
    [...method, ...(leftOut.length === 0 ? [] : [`Left out: ${leftOut.join("; ")}.`])]
      .map((sentence) => `- ${sentence}`)
      .join("\n"),
    ...tables,
    "",
  ].join("\n\n");
}

function groupsOf(all: readonly Figure[]): string[] {
  return [...new Set(all.map(({ group }) => group))];
}
