import { defineConfig } from "vitest/config";
import { fakeServer } from "./dev/server.ts";

// WANGGE_API=http://127.0.0.1:8000 npm run dev: against a real server instead of the made-up town.
const api = process.env["WANGGE_API"];

export default defineConfig(({ command, mode }) => ({
  base: "./",
  build: {
    outDir: "../static",
    emptyOutDir: true,
    target: "chrome87",
    assetsInlineLimit: 0, // a data: URL would break default-src 'self'
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    rollupOptions: { input: ["index.html", "phone.html"] }, // the phone page shares no more than words and formats
  },
  plugins: command === "serve" && mode !== "test" && !api ? [fakeServer()] : [],
  server: {
    port: 5173,
    ...(api ? { proxy: { "/api": api, "/ogc": api } } : {}),
  },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
}));
