// Draws the charts of reports: lines with a soft band of the interval, labels at the line's end.
import { LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

echarts.use([LineChart, GridComponent, TooltipComponent, CanvasRenderer]);

interface Line {
  name: string;
  values: (number | null)[];
  style: "main" | "thin" | "before" | "each";
}

interface Chart {
  labels: string[];
  lines: Line[];
  band?: ([number, number] | null)[];
  unit: "share" | "seconds" | "count";
  least?: number;
  most?: number;
}

const locale = document.documentElement.lang || "en";
const hour = 3600;

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function said(value: number, unit: Chart["unit"]): string {
  if (unit === "share") return new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }).format(value * 100);
  if (unit === "count") return new Intl.NumberFormat(locale).format(value);
  const isHours = value >= 2 * hour && value % (hour / 2) === 0;
  const [amount, name] = isHours ? [value / hour, "hour"] : value >= 90 ? [value / 60, "minute"] : [value, "second"];
  return new Intl.NumberFormat(locale, { style: "unit", unit: name as string, unitDisplay: "short", maximumFractionDigits: isHours ? 1 : 0 }).format(amount as number);
}

function highestOf(chart: Chart): number {
  return Math.max(0, ...chart.lines.flatMap((line) => line.values.map((value) => value ?? 0)), ...(chart.band ?? []).map((pair) => pair?.[1] ?? 0));
}

// The axis ends on a tick, so that the ticks stand evenly.
function most(chart: Chart): number | undefined {
  const between = chart.unit === "seconds" ? step(chart) : undefined;
  return between ? Math.max(1, Math.ceil(highestOf(chart) / between)) * between : chart.most;
}

// Ticks at lengths of time that people count in, up to five of them.
function step(chart: Chart): number | undefined {
  if (chart.unit === "share") return (chart.most ?? 1) - (chart.least ?? 0) > 0.5 ? 0.25 : 0.1;
  if (chart.unit !== "seconds") return undefined;
  const highest = highestOf(chart);
  const steps = [10, 30, 60, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400, 172800, 604800];
  return steps.find((length) => highest / length <= 5) ?? steps[steps.length - 1];
}

function bandSeries(chart: Chart): object[] {
  if (!chart.band) return [];
  const base = { type: "line", stack: "band", symbol: "none", lineStyle: { opacity: 0 }, silent: true, tooltip: { show: false } };
  return [
    { ...base, name: "low", data: chart.band.map((pair) => (pair ? pair[0] : null)) },
    { ...base, name: "high", areaStyle: { color: token("band"), opacity: 1 }, data: chart.band.map((pair) => (pair ? pair[1] - pair[0] : null)) },
  ];
}

// Room for the names at the lines' ends: as wide as the longest, at most a third of the chart, then broken.
function roomForNames(chart: Chart, width: number): number {
  return Math.ceil(Math.min(width / 3, Math.max(...chart.lines.map((line) => widthOf(line.name)))));
}

function widthOf(name: string): number {
  const pen = document.createElement("canvas").getContext("2d");
  if (!pen) return 112;
  pen.font = `600 13px ${getComputedStyle(document.body).fontFamily}`;
  return pen.measureText(name).width + 8;
}

function lineSeries(chart: Chart, room: number): object[] {
  return chart.lines.map((line) => ({
    type: "line",
    name: line.name,
    data: line.values,
    symbol: "circle",
    symbolSize: line.style === "main" ? 5 : line.style === "each" ? 3 : 0,
    itemStyle: { color: token("ink") },
    lineStyle: {
      color: line.style === "before" ? token("compare") : token("ink"),
      width: line.style === "main" ? 2 : 1.2,
      type: line.style === "before" ? "dashed" : "solid",
    },
    // What jumps about would put its name onto that of the line beside it.
    endLabel: { show: line.style !== "each", formatter: line.name, color: token("ink"), fontWeight: line.style === "main" ? 600 : 400, distance: 8, lineHeight: 16, ...(widthOf(line.name) > room + 1 ? { width: room, overflow: "break" } : {}) },
    labelLayout: { moveOverlap: "shiftY" },
  }));
}

function options(chart: Chart, room: number): Record<string, unknown> {
  const text = { color: token("ink3"), fontSize: 13, fontFamily: getComputedStyle(document.body).fontFamily };
  return {
    animation: false,
    textStyle: { fontFamily: text.fontFamily, fontSize: 13 },
    grid: { left: 4, right: room + 12, top: 12, bottom: 4, containLabel: true },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      backgroundColor: token("raised"),
      borderColor: token("line-firm"),
      textStyle: { ...text, color: token("ink") },
      valueFormatter: (value: unknown) => (typeof value === "number" ? said(value, chart.unit) : "–"),
    },
    xAxis: { type: "category", data: chart.labels, boundaryGap: false, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { ...text, hideOverlap: true, margin: 14 } },
    yAxis: {
      type: "value",
      min: chart.least,
      max: most(chart),
      splitNumber: 3,
      interval: step(chart),
      axisLabel: { ...text, formatter: (value: number) => said(value, chart.unit) },
      splitLine: { lineStyle: { color: token("line") } },
    },
    series: [...bandSeries(chart), ...lineSeries(chart, room)],
  };
}

interface Place {
  canvas: HTMLElement;
  chart: Chart;
}

function placeOf(holder: HTMLElement): Place[] {
  const source = holder.querySelector("script[type='application/json']");
  const canvas = holder.querySelector<HTMLElement>("[data-chart-canvas]");
  return source?.textContent && canvas ? [{ canvas, chart: JSON.parse(source.textContent) as Chart }] : [];
}

function draw({ canvas, chart }: Place, room: number): void {
  const drawn = echarts.getInstanceByDom(canvas) ?? echarts.init(canvas, undefined, { renderer: "canvas" });
  drawn.resize();
  drawn.setOption(options(chart, room), true);
}

function drawAll(): void {
  const places = [...document.querySelectorAll<HTMLElement>("[data-chart]")].flatMap(placeOf);
  // The same room for all of a page, so that their weeks stand beneath each other.
  const room = Math.max(0, ...places.map(({ canvas, chart }) => roomForNames(chart, canvas.clientWidth)));
  for (const place of places) draw(place, room);
}

// Canvas text takes the font that is there: draw when ours has come.
void document.fonts.ready.then(drawAll);
window.addEventListener("resize", drawAll);
new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
