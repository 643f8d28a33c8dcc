import { shellWord } from "../../_commands/command-line";

/** Where pictures are sent. @param url an endpoint's `url` */
export function predictUrl(url: string, endpoint: string): string {
  return `${url}/v2/models/${endpoint}/predict`;
}

/** @param key an API key; without one the line reads it from $LATHE_TOKEN */
export function curlLine(url: string, endpoint: string, key: string | null): string {
  const token = key ?? "$LATHE_TOKEN";
  return [`curl --data-binary @photo.jpg`, `-H 'content-type: image/jpeg'`, `-H "authorization: Bearer ${token}"`, shellWord(predictUrl(url, endpoint))].join(" \\\n  ");
}

export function fetchCode(url: string, endpoint: string, key: string | null): string {
  const token = key === null ? "process.env.LATHE_TOKEN" : JSON.stringify(key);
  return `import { readFile } from "node:fs/promises";

const response = await fetch(${JSON.stringify(predictUrl(url, endpoint))}, {
  method: "POST",
  headers: { "content-type": "image/jpeg", authorization: \`Bearer \${${token}}\` },
  body: await readFile("photo.jpg"),
});
if (!response.ok) throw new Error(await response.text());
const predictions: { label: string; probability: number }[] = await response.json();
console.log(predictions[0]);
`;
}
