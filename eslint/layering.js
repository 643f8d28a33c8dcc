import path from "node:path";
import { rooms, packageRooms, roomOf } from "./rooms.js";

const root = path.resolve(import.meta.dirname, "..");

function targetPath(source, fromFile) {
  if (source.startsWith("#")) return source.slice(1);
  if (source.startsWith(".")) return path.relative(root, path.resolve(path.dirname(fromFile), source));
  return null;
}

/** @type {import("eslint").Rule.RuleModule} */
export default {
  meta: {
    type: "problem",
    schema: [],
    messages: {
      room: "{{from}} may not import {{to}}. Allowed rooms: {{allowed}}.",
      package: "Only {{allowed}} may import {{name}}; {{from}} may not.",
    },
  },
  create(context) {
    const file = context.filename;
    const from = roomOf(path.relative(root, file));
    if (!from) return {};
    const isTest = /\.test\.tsx?$/.test(file);

    function check(node) {
      const source = node.source?.value;
      if (typeof source !== "string") return;
      const target = targetPath(source, file);
      if (target === null) {
        const name = Object.keys(packageRooms).find((p) => source === p || source.startsWith(`${p}/`));
        if (name && !isTest && !packageRooms[name].includes(from))
          context.report({ node, messageId: "package", data: { name, from, allowed: packageRooms[name].join(", ") } });
        return;
      }
      const to = roomOf(target);
      if (!to || to === from || rooms[from].may.includes(to)) return;
      if (isTest && to === "bin/testing") return;
      context.report({
        node,
        messageId: "room",
        data: { from, to, allowed: rooms[from].may.join(", ") || "none" },
      });
    }
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check, ImportExpression: check };
  },
};
