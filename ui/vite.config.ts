import { lingui } from "@lingui/vite-plugin";
import babel from "@rolldown/plugin-babel";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = process.env.PAUTA_WEB_URL ?? "http://127.0.0.1:8025";

export default defineConfig({
  plugins: [
    babel({ plugins: ["@lingui/babel-plugin-lingui-macro"], include: /src\/.*\.tsx?$/ }),
    react(),
    lingui(),
  ],
  build: { outDir: "../src/pauta/web/static", emptyOutDir: true, target: "es2023", assetsInlineLimit: 0 },
  server: { proxy: { "/api": server, "/catcher": server } },
});
