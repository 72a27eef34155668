import { i18n } from "@lingui/core";
import { client } from "./client/client.gen";

client.setConfig({ baseUrl: "", credentials: "same-origin" });

client.interceptors.request.use((request) => {
  request.headers.set("X-Pauta", "1");
  request.headers.set("Accept-Language", i18n.locale);
  return request;
});

export * from "./client";
export * from "./client/@tanstack/react-query.gen";
export * from "./problem";
