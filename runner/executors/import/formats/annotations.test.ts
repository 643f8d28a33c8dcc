import { describe, expect, it } from "vitest";
import { readFiles, said } from "./testing/read";

const pictures = (...keys: string[]) => Object.fromEntries(keys.map((key) => [key, "picture"]));
const voc = (objects: string) => `<annotation><size><width>200</width><height>100</height><depth>3</depth></size>${objects}</annotation>`;
const object = (name: string, [xmin, ymin, xmax, ymax]: number[]) =>
  `<object><name>${name}</name><bndbox><xmin>${xmin}</xmin><ymin>${ymin}</ymin><xmax>${xmax}</xmax><ymax>${ymax}</ymax></bndbox></object>`;

describe("ModelArts' manifest", () => {
  const line = (source: string, more: object) => JSON.stringify({ source, ...more });
  const label = (name: unknown) => ({ type: "modelarts/image_classification", name, "annotated-by": "human" });
  const boxes = (place: string) => ({ type: "modelarts/object_detection", "annotation-loc": place, "annotation-format": "PASCAL VOC" });

  it("gives labels, splits and boxes", async () => {
    const read = await readFiles({
      ...pictures("set/1.jpg", "set/2.jpg", "set/3.jpg", "set/4.jpg", "set/5.jpg"),
      "set/xml/3.xml": voc(object("cat", [20, 10, 100, 50]) + object("cat", [0, 0, 200, 100])),
      "set/xml/4.xml": voc(object("cat", [20, 10, 100, 50]) + object("a &lt;b&gt;", [0, 0, 20, 10])),
      "set/V001.manifest": [
        line("s3://bucket/set/1.jpg", { usage: "TRAIN", annotation: [label("cat")] }),
        line("obs://elsewhere/set/2.jpg", { usage: "eval", annotation: [label("<script>alert(1)</script>")] }),
        line("s3://bucket/set/3.jpg", { usage: "TEST", annotation: [boxes("s3://bucket/set/xml/3.xml")] }),
        line("s3://bucket/set/4.jpg", { annotation: [boxes("s3://bucket/set/xml/4.xml")] }),
        line("s3://bucket/set/5.jpg", { usage: "INFERENCE" }),
      ].join("\n"),
    });
    expect(read.format).toBe("modelarts");
    expect(said(read)).toEqual({
      "set/1.jpg": "cat train", "set/2.jpg": "<script>alert(1)</script> validation", "set/3.jpg": "cat test", "set/4.jpg": "-", "set/5.jpg": "(no_label)",
    });
    expect(read.items[2]!.boxes).toEqual([{ label: "cat", left: 0.1, top: 0.1, right: 0.5, bottom: 0.5 }, { label: "cat", left: 0, top: 0, right: 1, bottom: 1 }]);
    expect(read.items[3]!.boxes.map((box) => box.label)).toEqual(["cat", "a <b>"]);
    expect(read.logs.join("\n")).toContain('1 rows name the bucket "elsewhere"');
  });

  it("lists broken lines by their number, and labels that are none", async () => {
    const read = await readFiles({
      ...pictures("set/1.jpg", "set/2.jpg", "set/3.jpg"),
      "set/bad.xml": voc(object("cat", [20, 10, 300, 50]) + object("dog", [1, 1, 1, 1]) + object("dog", [0, 0, 20, 10])),
      "set/V001.manifest": [
        '{"source": "s3://bucket/set/1.jpg", ', '["no object"]', '{"usage": "TRAIN"}', line("s3://bucket/set/1.jpg", { annotation: [label(7)] }), "",
        line("s3://bucket/set/2.jpg", { usage: "SOMETIMES" }), line("content://a text", {}), line("s3://bucket/set/2.jpg", { annotation: [label("a"), label("b")] }),
        line("s3://bucket/set/3.jpg", { annotation: [boxes("s3://bucket/set/bad.xml"), boxes("s3://bucket/set/gone.xml"), { type: "modelarts/audio" }] }), "x".repeat(1024 ** 2 + 1),
      ].join("\r\n"),
    });
    expect(said(read)).toEqual({
      "set/1.jpg": "(bad_label)", "set/2.jpg": "(contradicting_rows)", "set/3.jpg": "-",
      "set/V001.manifest !3": "bad_row: line 1: it is not a JSON object",
      "set/V001.manifest !4": "bad_row: line 2: it is not a JSON object",
      "set/V001.manifest !5": 'bad_row: line 3: it has no "source"',
      "set/V001.manifest !6": 'bad_row: line 6: its "usage" "SOMETIMES" is none of TRAIN, EVAL, TEST and INFERENCE',
      "set/V001.manifest !7": "bad_row: line 7: it holds a text, not a picture",
      "set/bad.xml !8": "bad_box: box 1: it lies outside the picture",
      "set/bad.xml !9": "bad_box: box 2: it has no area",
      "set/gone.xml !10": "bad_row: an annotation names it, and there is no such file",
      "set/V001.manifest !11": 'bad_row: line 9: annotations of the type "modelarts/audio" are not read',
      "set/V001.manifest !12": "bad_row: line 10: it is longer than 1048576 characters",
    });
    expect(read.items[2]!.boxes).toHaveLength(1);
  });
});

describe("pairs of picture and text", () => {
  it("give the text as the label", async () => {
    const read = await readFiles({ ...pictures("set/10.jpg", "set/11.jpg", "set/12.png", "set/13.jpg"), "set/10.txt": "cat\n", "set/11.txt": "\ufeff 狗 \r\n", "set/14.txt": "cat", "set/12.txt": "a\nb", "set/readme.md": "x" });
    expect(read.format).toBe("text-pairs");
    expect(said(read)).toEqual({
      "set/10.jpg": "cat", "set/11.jpg": "狗", "set/12.png": "(bad_label)", "set/13.jpg": "(no_label)", "set/readme.md": "(no_label)",
      "set/14.txt !5": "no_picture: there is no picture of this name beside it",
    });
  });

  it("may hold a number out of a list, and the picture's name before it", async () => {
    const files = { ...pictures("set/img_1.jpg", "set/img_2.jpg", "set/img_3.jpg"), "set/img_1.txt": "img_1.jpg, 0", "set/img_2.txt": "1", "set/img_3.txt": "img_3.jpg, 7" };
    const list = await readFiles({ ...files, "set/labels.txt": "猫\n狗\n" });
    expect(said(list)).toEqual({ "set/img_1.jpg": "猫", "set/img_2.jpg": "狗", "set/img_3.jpg": "(bad_label)" });
    expect(list.items[2]!.unlabelled?.reason).toBe("img_3.txt says number 7, which labels.txt does not have");
    const rule = await readFiles({ ...files, "set/garbage_classify_rule.json": JSON.stringify({ 0: "其他垃圾/快餐盒", 1: "厨余垃圾/果皮", 7: "可回收物/充电宝" }) });
    expect(said(rule)).toEqual({ "set/img_1.jpg": "其他垃圾/快餐盒", "set/img_2.jpg": "厨余垃圾/果皮", "set/img_3.jpg": "可回收物/充电宝" });
    const bare = await readFiles(files);
    expect(said(bare)).toEqual({ "set/img_1.jpg": "0", "set/img_2.jpg": "1", "set/img_3.jpg": "7" });
  });

  it("refuse a list that is none", async () => {
    const files = { ...pictures("set/1.jpg"), "set/1.txt": "0" };
    await expect(readFiles({ ...files, "set/labels.json": '{"a": 1}' })).rejects.toMatchObject({ code: "label_list_unusable" });
    await expect(readFiles({ ...files, "set/labels.txt": "cat\n\ndog" })).rejects.toMatchObject({ code: "label_list_unusable", message: expect.stringContaining("number 1") });
  });
});

describe("YOLO's texts", () => {
  it("give boxes, named by the YAML, from images and labels", async () => {
    const read = await readFiles({
      "set/data.yaml": "path: ../set\ntrain: images/train\nnc: 2\nnames:\n  0: cat # small\n  1: 'big dog'\n",
      ...pictures("set/images/train/1.jpg", "set/images/train/1.5.jpg", "set/images/val/2.jpg", "set/images/test/3.jpg", "set/images/val/4.jpg"),
      "set/labels/train/1.txt": "0 0.5 0.5 0.5 0.5\n0 0.25 0.25 0.5 0.5\n", "set/labels/train/1.5.txt": "1 0.5 0.5 1 1",
      "set/labels/val/2.txt": "0 0.5 0.5 1 1\n1 0.1 0.1 0.9 0.1 0.5 0.9\n", "set/labels/test/3.txt": "", "set/labels/val/9.txt": "0 0.5 0.5 1 1",
    });
    expect(read.format).toBe("yolo");
    expect(said(read)).toEqual({
      "set/images/train/1.jpg": "cat train", "set/images/train/1.5.jpg": "big dog train", "set/images/val/2.jpg": "- validation", "set/images/test/3.jpg": "(no_label)", "set/images/val/4.jpg": "(no_label)",
      "set/labels/val/9.txt !5": "no_picture: there is no picture of this name",
    });
    const by = new Map(read.items.map((item) => [item.key, item.boxes]));
    expect(by.get("set/images/train/1.jpg")).toEqual([{ label: "cat", left: 0.25, top: 0.25, right: 0.75, bottom: 0.75 }, { label: "cat", left: 0, top: 0, right: 0.5, bottom: 0.5 }]);
    expect(by.get("set/images/val/2.jpg")![1]).toEqual({ label: "big dog", left: 0.1, top: 0.1, right: 0.9, bottom: 0.9 });
  });

  it("lie beside their pictures too, and what is wrong in them is listed", async () => {
    const read = await readFiles({
      ...pictures("set/1.jpg", "set/2.jpg"), "set/classes.txt": "cat\ndog\n",
      "set/1.txt": "0 0.5 0.5 0.5 0.5\n", "set/2.txt": "0 0.5 0.5 0.5 0.5\n0 1.5 0.5 0.5 0.5\n2 0.5 0.5 0.5 0.5\n0 a b c d\n0 0.5\n0.5 0.5 0.5 0.5 0.5\n0 0.9 0.5 0.5 0.5\n0 0.5 0.5 0 0.5\n",
    });
    expect(read.format).toBe("yolo");
    expect(said(read)).toEqual({
      "set/1.jpg": "cat", "set/2.jpg": "-",
      "set/2.txt !2": "bad_box: line 2: its numbers must be shares of the picture, from 0 to 1",
      "set/2.txt !3": "bad_label: line 3: the list of labels has no number 2",
      "set/2.txt !4": "bad_row: line 4: its numbers cannot be read",
      "set/2.txt !5": "bad_row: line 5: it has 2 numbers; a class and four, or a class and a polygon's corners, are read",
      "set/2.txt !6": 'bad_row: line 6: "0.5" is no number of a class',
      "set/2.txt !7": "bad_box: line 7: it lies outside the picture",
      "set/2.txt !8": "bad_box: line 8: it has no area",
    });
  });
});

describe("COCO's JSON", () => {
  const coco = (parts: object) => JSON.stringify({ info: { year: 2017, list: [1, 2, { deep: "]}" }] }, licenses: [{ id: 1 }], ...parts });
  const categories = [{ id: 1, name: "cat", supercategory: "animal" }, { id: 18, name: "dog" }];
  const image = (id: number, name: string) => ({ id, file_name: name, width: 200, height: 100 });
  const annotation = (image_id: number, category_id: unknown, bbox: unknown, more: object = {}) => ({ id: 1, image_id, category_id, bbox, segmentation: [[1, 2, 3, 4]], ...more });

  it("gives boxes, and the label that all of a picture's boxes have", async () => {
    const read = await readFiles({
      ...pictures("set/train2017/1.jpg", "set/train2017/2.jpg", "set/val2017/3.jpg", "set/val2017/4.jpg"),
      // Annotations before the images they are about, categories last: any order is read.
      "set/annotations/instances_train2017.json": coco({ annotations: [annotation(7, 1, [20, 10, 80, 40]), annotation(8, 1, [0, 0, 200, 100]), annotation(8, 18, [0, 0, 20, 10])], images: [image(7, "1.jpg"), image(8, "2.jpg")], categories }),
      "set/annotations/instances_val2017.json": coco({ images: [{ ...image(7, "3.jpg"), label: "odd \"one\" ]" }, image(9, "4.jpg")], categories, annotations: [] }),
      "set/annotations/captions_val2017.json": coco({ images: [image(7, "3.jpg")], annotations: [{ image_id: 7, caption: "x" }] }),
    });
    expect(read.format).toBe("coco");
    expect(said(read)).toEqual({
      "set/train2017/1.jpg": "cat train", "set/train2017/2.jpg": "- train", "set/val2017/3.jpg": 'odd "one" ] validation', "set/val2017/4.jpg": "(no_label)",
      "set/annotations/captions_val2017.json": "(not_named)",
    });
    expect(read.items.find(({ key }) => key.endsWith("/1.jpg"))!.boxes).toEqual([{ label: "cat", left: 0.1, top: 0.1, right: 0.5, bottom: 0.5 }]);
  });

  it("lists ids that lead nowhere, boxes that are none, and images that are not there", async () => {
    const read = await readFiles({
      ...pictures("set/images/1.jpg"),
      "set/coco.json": coco({
        images: [image(1, "1.jpg"), image(2, "gone.jpg"), { id: 3 }],
        annotations: [annotation(1, 1, [20, 10, 80, 40]), annotation(1, 99, [0, 0, 9, 9]), annotation(1, 1, [150, 10, 80, 40]), annotation(1, 1, "box"), annotation(5, 1, [0, 0, 9, 9]), { id: 9 }],
        categories: [...categories, { id: 3, name: 12 }],
      }),
    });
    expect(said(read)).toEqual({
      "set/images/1.jpg": "-",
      "set/coco.json !1": "bad_row: images[2]: it has no id or no file_name",
      "set/coco.json !2": "bad_row: annotations[5]: it has no image_id or no category_id",
      "set/coco.json !3": "bad_label: categories[2]: its label is empty",
      'set/coco.json !4': 'bad_label: annotations[1] of "1.jpg": there is no category with the id 99',
      'set/coco.json !5': 'bad_box: annotations[2] of "1.jpg": it lies outside the picture',
      'set/coco.json !6': 'bad_box: annotations[3] of "1.jpg": its bbox is not four numbers',
      "set/coco.json !7": "no_picture: annotations[4]: there is no image with the id 5",
      "set/images/gone.jpg !8": "missing_file: the image 2 of coco.json names it, and there is no such file in the bucket",
    });
  });

  it.each([["cut off", '{"images": [{"id": 1, "file_name": "1.jpg"}, {"id'], ["no object", "[1, 2]"], ["no JSON", "hello"], ["empty", ""]])("is refused by name when it is %s", async (_, text) => {
    await expect(readFiles({ ...pictures("set/1.jpg"), "set/coco.json": text }, { format: "coco" })).rejects.toMatchObject({ code: "annotations_broken", message: expect.stringContaining("set/coco.json") });
  });
});
