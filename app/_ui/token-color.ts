/**
 * A token's colour as a canvas or an editor needs it: tokens are `light-dark(…)` and only resolve on an element.
 * @param token e.g. "--series-1"
 * @returns a CSS colour for the theme shown now
 */
export function tokenColor(token: `--${string}`): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  probe.hidden = true;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
