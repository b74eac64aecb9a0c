import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { firstPage } from "./public/first";
import { queries } from "./queries";
import { followTheme } from "./theme";
import { keepOffline } from "./update";
import "./theme.css";
import "./public/public.css";

followTheme();
if (import.meta.env.PROD) keepOffline();
// What the server has sent stays until its page is ready. No await here: parts of the app import this file's.
firstPage(location.pathname).then(() =>
  createRoot(document.getElementById("root")!).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  ),
);
