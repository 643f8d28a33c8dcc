import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

type Theme = "light" | "dark";
const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");

function lightnessChromaHue(token: string, theme: Theme): [number, number, number] {
  const found = new RegExp(`--${token}: light-dark\\(oklch\\(([^)]+)\\), oklch\\(([^)]+)\\)\\)`).exec(css);
  if (!found) throw new Error(`no token --${token}`);
  const [l, c, h] = found[theme === "light" ? 1 : 2]!.split(" ").map(Number);
  return [l!, c!, h!];
}

/** Relative luminance of WCAG 2; OKLCH to linear sRGB as in https://bottosson.github.io/posts/oklab/, out-of-gamut parts cut off. */
function luminance(token: string, theme: Theme): number {
  const [lightness, chroma, hue] = lightnessChromaHue(token, theme);
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const cut = (value: number) => Math.min(1, Math.max(0, value));
  const red = cut(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
  const green = cut(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
  const blue = cut(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string, theme: Theme): number {
  const [dark, light] = [luminance(one, theme), luminance(other, theme)].sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}

const surfaces = ["canvas", "surface", "sunken", "raised"];
const statuses = ["running", "succeeded", "failed", "waiting", "cancelled"];
const pairs: [text: string, ground: string][] = [
  ...["ink", "ink-muted", "ink-faint"].flatMap((ink) => surfaces.map((ground): [string, string] => [ink, ground])),
  ...["ink", "ink-muted"].flatMap((ink) => ["hover", "pressed", "accent-soft", "failed-soft", "waiting-soft"].map((ground): [string, string] => [ink, ground])),
  ...statuses.flatMap((status): [string, string][] => [[status, `${status}-soft`], [status, "surface"], [status, "raised"]]),
  ["accent-ink", "surface"],
  ["accent-ink", "accent-soft"],
  ["accent-ink", "raised"],
  ["on-accent", "accent"],
  ["on-accent", "accent-strong"],
  ["on-danger", "danger"],
  ["on-danger", "danger-strong"],
];

describe.each(["light", "dark"] as const)("%s colours", (theme) => {
  it.each(pairs)("%s on %s reach 4.5:1 (WCAG 2 AA)", (text, ground) => {
    expect(contrast(text, ground, theme)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(surfaces)("the focus ring reaches 3:1 on %s", (ground) => {
    expect(contrast("focus", ground, theme)).toBeGreaterThanOrEqual(3);
  });
});
