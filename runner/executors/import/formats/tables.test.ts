import { describe, expect, it } from "vitest";
import { readFiles, said } from "./testing/read";

const pictures = (...keys: string[]) => Object.fromEntries(keys.map((key) => [key, "picture"]));

describe("folders", () => {
  it("take the first level as the label, whatever it says", async () => {
    const read = await readFiles({ ...pictures("set/cat/1.jpg", "set/cat/deep/2.jpg", "set/<script>alert(1)</script>/3.jpg", "set/loose.jpg"), [`set/${"x".repeat(256)}/4.jpg`]: "p" });
    expect(read.format).toBe("folders");
    // A label keeps its text; the "/" of "</script>" ends the folder's name.
    expect(said(read)).toEqual({
      "set/cat/1.jpg": "cat", "set/cat/deep/2.jpg": "cat", "set/<script>alert(1)</script>/3.jpg": "<script>alert(1)<",
      "set/loose.jpg": "(no_label)", [`set/${"x".repeat(256)}/4.jpg`]: "(bad_label)",
    });
    expect(read.logs[0]).toContain("folders");
  });

  it("of train, val and test give the split", async () => {
    const read = await readFiles(pictures("set/train/cat/1.jpg", "set/val/cat/2.jpg", "set/Test/dog/3.jpg", "set/test/unknown.jpg", "set/extra/cat/4.jpg"));
    expect(read.format).toBe("split-folders");
    expect(said(read)).toEqual({
      "set/train/cat/1.jpg": "cat train", "set/val/cat/2.jpg": "cat validation", "set/Test/dog/3.jpg": "dog test",
      "set/test/unknown.jpg": "(no_label)", "set/extra/cat/4.jpg": "(no_label)",
    });
  });

  it("that hold no labels are pictures to be labelled", async () => {
    const read = await readFiles(pictures("set/1.jpg", "set/2.jpg"));
    expect(read.format).toBe("unlabelled");
    expect(read.items.map(({ unlabelled }) => unlabelled?.code)).toEqual(["no_label", "no_label"]);
  });
});

describe("a CSV", () => {
  const three = pictures("set/a.jpg", "set/b.jpg", "set/c.jpg");

  it.each([
    ["with a header", "key,label,split\na.jpg,cat,train\nb.jpg,dog,val\nc.jpg,cat,test\n"],
    ["without one", "a.jpg,cat,train\nb.jpg,dog,validation\nc.jpg,cat,test"],
    ["with BOM, CRLF, quotes and semicolons", '\ufefffilename;class;subset\r\n"a.jpg";"cat";TRAIN\r\nb.jpg;dog;valid\r\n\r\nc.jpg; cat ;Test\r\n'],
    ["with columns in another order and tabs", "split\tspecies\timage\ntrain\tcat\ta.jpg\ndev\tdog\tb.jpg\ntest\tcat\tc.jpg\n"],
    ["with whole keys", "key,label,split\nset/a.jpg,cat,train\nset/b.jpg,dog,val\nset/c.jpg,cat,test\n"],
    ["with addresses", "key,label,split\ns3://bucket/set/a.jpg,cat,train\nobs://bucket/set/b.jpg,dog,val\ns3://other/set/c.jpg,cat,test\n"],
    ["that ends lines with CR", "key,label,split\ra.jpg,cat,train\rb.jpg,dog,val\rc.jpg,cat,test"],
  ])("%s", async (_, csv) => {
    const read = await readFiles({ ...three, "set/labels.csv": csv });
    expect(read.format).toBe("csv");
    expect(said(read)).toEqual({ "set/a.jpg": "cat train", "set/b.jpg": "dog validation", "set/c.jpg": "cat test" });
  });

  it("in UTF-16, as Excel saves Unicode text", async () => {
    const read = await readFiles({ ...three, "set/labels.csv": Buffer.from("\ufeffkey\tlabel\r\na.jpg\t猫\r\nb.jpg\t狗\r\nc.jpg\t猫\r\n", "utf16le") });
    expect(said(read)).toEqual({ "set/a.jpg": "猫", "set/b.jpg": "狗", "set/c.jpg": "猫" });
  });

  it("lists every row and file that it cannot use, with the line", async () => {
    const read = await readFiles({
      ...three, ...pictures("set/unnamed.jpg", "set/twice.jpg", "set/empty.jpg", "set/quote.jpg"),
      "set/labels.csv": [
        "key,label,split,colour", "a.jpg,cat,train,red", "gone.jpg,cat,,", "twice.jpg,cat,,", "twice.jpg,dog,,", "b.jpg,<script>,,", "b.jpg,<script>,,",
        ",cat,,", "empty.jpg,,,", "c.jpg,cat,sideways,", `quote.jpg,"say ""hi"", you",,`,
      ].join("\n"),
    });
    expect(said(read)).toEqual({
      "set/a.jpg": "cat train",
      "set/b.jpg": "<script>",
      "set/c.jpg": "(not_named)",
      "set/empty.jpg": "(no_label)",
      "set/quote.jpg": 'say "hi", you',
      "set/twice.jpg": "(contradicting_rows)",
      "set/unnamed.jpg": "(not_named)",
      "set/labels.csv !7": 'unknown_column: the column "colour" is not read',
      "set/labels.csv !8": "bad_row: line 8: it names no file",
      "set/labels.csv !9": 'bad_row: line 10: "sideways" is no split; train, validation and test are',
      "set/gone.jpg !10": "missing_file: line 3 names it, and there is no such file in the bucket",
    });
    expect(read.items.find(({ key }) => key === "set/twice.jpg")?.unlabelled?.reason).toBe('line 4 gives it the label "cat", line 5 "dog"');
  });

  it("says so when a quote is never closed, and reads on after what it swallowed", async () => {
    const filler = Array.from({ length: 3000 }, (_, i) => `x${i}.jpg,cat,some more text`).join("\n");
    const read = await readFiles({ ...three, "set/labels.csv": `key,label,note\na.jpg,cat,"open\n${filler}\nc.jpg,dog,last\n` }, { format: "csv" });
    const [first] = read.rejections.filter(({ code }) => code === "bad_row");
    expect(first?.reason).toContain("line 2: a quote that opens in it is not closed; all up to line ");
    expect(said(read)["set/c.jpg"]).toBe("dog");
  });

  it("is refused when nobody could say which column is which, and so is one of two", async () => {
    await expect(readFiles({ ...three, "set/labels.csv": "x,y,z\n1,2,3\n" }, { format: "csv" })).resolves.toMatchObject({ rejections: expect.arrayContaining([expect.objectContaining({ code: "missing_file" })]) });
    await expect(readFiles({ ...three, "set/labels.csv": "image,one,two\na.jpg,2,3\n" }, { format: "csv" })).rejects.toMatchObject({ code: "table_columns", message: expect.stringContaining('"one"') });
    await expect(readFiles({ ...three, "set/a.csv": "a.jpg,x", "set/b.csv": "b.jpg,x" }, { format: "csv" })).rejects.toMatchObject({ code: "format_file_ambiguous" });
    await expect(readFiles(three, { format: "csv" })).rejects.toMatchObject({ code: "format_file_missing" });
  });

  it("names a file by another Unicode form: neither is guessed, both are said", async () => {
    const [nfc, nfd] = ["set/\u00e9.jpg", "set/e\u0301.jpg"];
    const both = await readFiles({ ...pictures(nfc, nfd), "set/labels.csv": "key,label\n\u00e9.jpg,a\ne\u0301.jpg,b\n" });
    expect(said(both)).toEqual({ [nfc]: "a", [nfd]: "b" });
    const one = await readFiles({ ...pictures(nfd), "set/labels.csv": "key,label\n\u00e9.jpg,a\n" }, { format: "csv" });
    expect(one.rejections[0]).toMatchObject({ key: nfc, code: "missing_file", reason: expect.stringContaining(JSON.stringify(nfd)) });
  });

  it("may name files elsewhere in the bucket", async () => {
    const read = await readFiles({ ...pictures("photos/x/1.jpg", "photos/x/2.jpg", "photos/y.jpg"), "set/labels.csv": "key,label\ns3://bucket/photos/x/1.jpg,cat\ns3://bucket/photos/y.jpg,dog\ns3://bucket/photos/z.jpg,dog\n" });
    expect(said(read)).toMatchObject({ "photos/x/1.jpg": "cat", "photos/y.jpg": "dog", "photos/z.jpg !2": expect.stringContaining("missing_file") });
    expect(read.items).toHaveLength(2);
  });

  it("is joined in flat memory: more rows than are held are the same rows", async () => {
    const count = 60_000;
    const keys = Array.from({ length: count }, (_, i) => `p/${(i * 7919) % count}.jpg`);
    const read = await readFiles({ "set/p/5.jpg": "p", "set/p/59999.jpg": "p", "set/labels.csv": `key,label\n${keys.map((key, i) => `${key},l${i % 3}`).join("\n")}` }, { format: "csv" });
    expect(read.items.map(({ key }) => key)).toEqual(["set/p/5.jpg", "set/p/59999.jpg"]);
    expect(read.items[0]!.label).toBe(`l${keys.indexOf("p/5.jpg") % 3}`);
    expect(read.rejections).toHaveLength(count - 2);
  });
});
