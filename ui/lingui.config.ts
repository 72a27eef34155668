import { defineConfig } from "@lingui/cli";

export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "es", "pt-BR"],
  catalogs: [{ path: "src/locales/{locale}", include: ["src"], exclude: ["src/api/client"] }],
  orderBy: "message",
  formatOptions: { origins: false, lineNumbers: false },
});
