import tseslint from "typescript-eslint";
import reactHooks from "eslint-plugin-react-hooks";
import layering from "./eslint/layering.js";

export default tseslint.config(
  { ignores: ["node_modules/", ".next/", ".lathe/", "prisma/generated/", "next-env.d.ts", "test-results/"] },
  ...tseslint.configs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    plugins: { lathe: { rules: { layering } }, "react-hooks": reactHooks },
    rules: {
      "lathe/layering": "error",
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/no-empty-object-type": "off",
    },
  },
);
