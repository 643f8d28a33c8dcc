import { below, notRepresented, numbered, rounded, type ExportSample, type Layout, type MakeLayout, type Target } from "./layout";

/** Tables name pictures where they are; into another bucket they take them along, because a dataset reads from one. */
function placeOf(target: Target): { place: Layout["place"]; address(sample: ExportSample): string } {
  const { bucket, prefix, sourceBucket, sourcePrefix } = target;
  if (bucket === sourceBucket) return { place: () => null, address: ({ key }) => `s3://${bucket}/${key}` };
  const place = ({ key }: ExportSample) => `pictures/${below(sourcePrefix, key)}`;
  return { place, address: (sample) => `s3://${bucket}/${prefix}${place(sample)}` };
}

export const csvLayout: MakeLayout = (target) => {
  const { place, address } = placeOf(target);
  return {
    place,
    files: [
      {
        name: "labels.csv",
        contentType: "text/csv; charset=utf-8",
        async *text(samples) {
          yield "key,label,split\n";
          for await (const sample of samples()) yield `${[address(sample), sample.label ?? "", sample.split ?? ""].map(cell).join(",")}\n`;
        },
      },
    ],
    loses: notRepresented(target.facts.withBoxes, "pictures' boxes"),
  };
};

function cell(text: string): string {
  return /[",;\t|\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const usages = { train: "TRAIN", validation: "EVAL", test: "TEST" } as const;

/** https://support.huaweicloud.com/intl/en-us/dataprepare-modelarts/dataprepare-modelarts-0015.html */
export const modelArtsLayout: MakeLayout = (target) => {
  const { place, address } = placeOf(target);
  const boxesName = ({ index }: ExportSample) => `annotations/${numbered(index)}.xml`;
  return {
    place,
    beside: (sample) => (sample.boxes.length === 0 ? null : { name: boxesName(sample), text: voc(sample) }),
    files: [
      {
        name: `${target.dataset}-V${target.version}.manifest`,
        contentType: "application/x-ndjson",
        async *text(samples) {
          for await (const sample of samples()) {
            const { label, split, boxes } = sample;
            const annotation: object[] = [];
            if (label !== null) annotation.push({ type: "modelarts/image_classification", name: label });
            if (boxes.length > 0) {
              annotation.push({ type: "modelarts/object_detection", "annotation-format": "PASCAL VOC", "annotation-loc": `s3://${target.bucket}/${target.prefix}${boxesName(sample)}` });
            }
            yield `${JSON.stringify({ source: address(sample), ...(split ? { usage: usages[split] } : {}), ...(annotation.length > 0 ? { annotation } : {}) })}\n`;
          }
        },
      },
    ],
    loses: [],
  };
};

function voc({ key, width, height, boxes }: ExportSample): string {
  const objects = boxes.map(({ label, left, top, right, bottom }) => {
    const corners = `<xmin>${rounded(left * width)}</xmin><ymin>${rounded(top * height)}</ymin><xmax>${rounded(right * width)}</xmax><ymax>${rounded(bottom * height)}</ymax>`;
    return `<object><name>${escape(label)}</name><pose>Unspecified</pose><truncated>0</truncated><difficult>0</difficult><bndbox>${corners}</bndbox></object>\n`;
  });
  return `<annotation>\n<filename>${escape(key.slice(key.lastIndexOf("/") + 1))}</filename>\n<size><width>${width}</width><height>${height}</height><depth>3</depth></size>\n${objects.join("")}</annotation>\n`;
}

function escape(text: string): string {
  const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };
  return text.replace(/[&<>"']/g, (char) => names[char]!);
}

export const textPairsLayout: MakeLayout = ({ facts }) => ({
  place: ({ index }, ending) => `${numbered(index)}${ending}`,
  beside: ({ index, label }) => (label === null ? null : { name: `${numbered(index)}.txt`, text: `${label}\n` }),
  files: [],
  loses: ["the pictures' names and the split", ...notRepresented(facts.withBoxes, "pictures' boxes")],
});

