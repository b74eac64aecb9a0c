import { useQuery } from "@tanstack/react-query";
import { get } from "../api";
import { Card } from "../ui";
import { signin } from "../words/signin";

/** useProviders lists the sign-in providers of this server; none while that is unknown. */
export function useProviders() {
  return useQuery({ ...get("/api/auth/providers"), staleTime: Number.POSITIVE_INFINITY }).data ?? [];
}

type Props = { word: (provider: string) => string; to?: string; code?: string };

/** Providers are the ways out to the providers. They are links: the browser leaves the app and comes back. */
export function Providers({ word, to, code }: Props) {
  const query = new URLSearchParams({ ...(to && { to }), ...(code && { code }) });
  return (
    <>
      {useProviders().map(({ name, label }) => (
        <a
          key={name}
          href={`/api/auth/${name}/start?${query}`}
          className="inline-flex min-h-11 items-center justify-center rounded-lg border border-edge/60 bg-card px-4 font-semibold text-ink no-underline active:brightness-90"
        >
          {word(label)}
        </a>
      ))}
    </>
  );
}

/** SignInFailed says why the provider's answer led to nothing. */
export function SignInFailed({ search }: { search: string }) {
  const providers = useProviders();
  const query = new URLSearchParams(search);
  const code = query.get("failed");
  if (!code) return null;
  const at = providers.find(({ name }) => name === query.get("with"))?.label ?? "";
  const [title, help] = signin.failed[code]?.(at) ?? signin.failedOdd;
  return (
    <Card>
      <div role="alert" data-failed={code} className="rounded-lg bg-bad-wash p-3">
        <p className="font-semibold">{title}</p>
        <p>{help}</p>
      </div>
    </Card>
  );
}
