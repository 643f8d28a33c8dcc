/** How a picture lies on the stage: `scale` 1 fits it in, `x` and `y` push it, in pixels. */
export type Zoom = { scale: number; x: number; y: number };
export type Place = { left: number; top: number; width: number; height: number };

export const fitted: Zoom = { scale: 1, x: 0, y: 0 };
const most = 12;

/** Where the picture stands on a stage of that size. */
export function placeOf(picture: { width: number; height: number }, stage: { width: number; height: number }, { scale, x, y }: Zoom): Place {
  const fit = Math.min(stage.width / picture.width, stage.height / picture.height) * scale;
  const width = picture.width * fit;
  const height = picture.height * fit;
  return { left: (stage.width - width) / 2 + x, top: (stage.height - height) / 2 + y, width, height };
}

/** Nearer or farther around a point of the stage, which stays where it is. */
export function zoomed(zoom: Zoom, factor: number, stage: { width: number; height: number }, around = { x: stage.width / 2, y: stage.height / 2 }): Zoom {
  const scale = Math.min(most, Math.max(1, zoom.scale * factor));
  if (scale === 1) return fitted;
  const ratio = scale / zoom.scale;
  const [dx, dy] = [around.x - stage.width / 2, around.y - stage.height / 2];
  return { scale, x: dx - (dx - zoom.x) * ratio, y: dy - (dy - zoom.y) * ratio };
}
