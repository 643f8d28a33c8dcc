export { LineChart, type Curve, type LineChartProps } from "./line-chart";
export { DownloadMenu, type Table } from "./download-menu";
export { toCsv, type Cell } from "./csv";
export { saveBlob, saveText } from "./save-file";
export type { Point } from "./align";
