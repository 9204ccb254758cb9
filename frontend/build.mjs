// Builds the bundle, the style sheet, the fonts and the icons into the ui package's static folder.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../src/barrymore/ui/static/ui");
const modules = join(here, "node_modules");
const subsets = ["latin", "latin-ext", "cyrillic", "cyrillic-ext"];
const fonts = [
  { family: "Source Sans 3 Variable", package: "source-sans-3", variant: "wght-normal", weight: "200 900", style: "normal" },
  { family: "Source Sans 3 Variable", package: "source-sans-3", variant: "wght-italic", weight: "200 900", style: "italic" },
  { family: "Source Serif 4 Variable", package: "source-serif-4", variant: "opsz-normal", weight: "200 900", style: "normal" },
];

// Letters for PDF files, whole and in TrueType: a PDF takes neither woff2 nor ranges.
function printedFonts() {
  for (const cut of ["400Regular", "600SemiBold"]) {
    const file = `SourceSans3_${cut}.ttf`;
    copyFileSync(join(modules, "@expo-google-fonts/source-sans-3", cut, file), join(out, "fonts", file));
  }
}

function fontFaces() {
  const faces = [];
  for (const font of fonts) {
    const folder = join(modules, "@fontsource-variable", font.package);
    const ranges = JSON.parse(readFileSync(join(folder, "unicode.json"), "utf8"));
    for (const subset of subsets) {
      const file = `${font.package}-${subset}-${font.variant}.woff2`;
      copyFileSync(join(folder, "files", file), join(out, "fonts", file));
      faces.push(
        `@font-face{font-family:"${font.family}";font-style:${font.style};font-weight:${font.weight};` +
          `font-display:swap;src:url("./fonts/${file}") format("woff2");unicode-range:${ranges[subset]}}`,
      );
    }
  }
  return faces.join("\n");
}

// "system" follows the device: the dark tokens once more, under a media query, so that they are written by hand once.
function systemTokens() {
  const dark = /\[data-theme="dark"\] \{([\s\S]*?)\n\}/.exec(readFileSync(join(here, "style/tokens.css"), "utf8"))[1];
  return `/* Written by build.mjs. */\n@media (prefers-color-scheme: dark) {\n[data-theme="system"] {${dark}\n}\n}\n`;
}

function icons() {
  const names = JSON.parse(readFileSync(join(here, "icons.json"), "utf8"));
  const shapes = {};
  for (const name of [...names].sort()) {
    const svg = readFileSync(join(modules, "lucide-static/icons", `${name}.svg`), "utf8");
    shapes[name] = svg
      .replace(/^[\s\S]*?<svg[\s\S]*?>/, "")
      .replace("</svg>", "")
      .replace(/\s+/g, " ")
      .trim();
  }
  writeFileSync(join(out, "icons.json"), JSON.stringify(shapes, null, 1) + "\n");
}

const shared = { bundle: true, minify: true, sourcemap: false, legalComments: "none", outdir: out, logLevel: "warning" };
const scripts = {
  ...shared,
  entryPoints: { app: join(here, "src/app.ts"), "live-worker": join(here, "src/live-worker.ts"), charts: join(here, "src/charts.ts"), widget: join(here, "src/widget.ts"), feedback: join(here, "src/feedback.ts"), framed: join(here, "src/framed.ts"), chat: join(here, "src/chat/window.ts"), board: join(here, "src/board.ts"), kiosk: join(here, "src/kiosk/main.ts"), "kiosk-worker": join(here, "src/kiosk/worker.ts"), "push-worker": join(here, "src/push-worker.ts"), phone: join(here, "src/phone/main.ts") },
  format: "iife",
  target: ["es2022"],
};
const styles = {
  ...shared,
  entryPoints: { style: join(here, "style/style.css"), "kiosk-style": join(here, "style/kiosk-style.css") },
  external: ["./fonts/*"],
  target: ["chrome115", "firefox115", "safari16.4"],
};

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "fonts"), { recursive: true });
printedFonts();
writeFileSync(join(here, "style/fonts.css"), `/* Written by build.mjs. */\n${fontFaces()}\n`);
writeFileSync(join(here, "style/system.css"), systemTokens());
icons();
mkdirSync(join(out, "kiosk"));
for (const file of ["icon.svg", "icon-192.png", "icon-512.png"]) copyFileSync(join(here, "kiosk-icons", file), join(out, "kiosk", file));
if (process.argv.includes("--watch")) {
  for (const options of [scripts, styles]) await (await context(options)).watch();
} else {
  await Promise.all([build(scripts), build(styles)]);
}
