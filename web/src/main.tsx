// biome-ignore assist/source/organizeImports: first comes first, so that it asks for what the page needs while the rest starts
import { becomeCalm, calm, firstPage } from "./first";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { queries } from "./queries";
import { followTheme } from "./theme";
import { keepOffline } from "./update";
import "./theme.css";
import "./public/public.css";

followTheme();
// What the server has sent stays until its page is ready. No await here: parts of the app import this file's.
firstPage().then(() => {
  createRoot(document.getElementById("root")!).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );
  becomeCalm();
});
if (import.meta.env.PROD) calm.follow(keepOffline);
