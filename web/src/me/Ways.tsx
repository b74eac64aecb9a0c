import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useLocation, useSearch } from "wouter";
import { useAction } from "../action";
import { api, data, get, key, type Schemas } from "../api";
import { type Me, renamed } from "../session";
import { SignInFailed, useProviders } from "../signin/Providers";
import { Button, Card, Confirm, Dialog, Field, Form, Loaded, toast } from "../ui";
import { signin } from "../words/signin";
import { ago } from "../words/time";

type Identity = Schemas["AccountsLinkedIdentity"];
const words = signin.ways;

/** Ways are how I sign in: linked providers and the password. */
export function Ways({ me }: { me: Me }) {
  const identities = useQuery(get("/api/me/identities"));
  const providers = useProviders();
  const cache = useQueryClient();
  const [changing, setChanging] = useState(false);
  const [leaving, setLeaving] = useState<Identity | null>(null);
  const search = useSearch();
  const [, go] = useLocation();
  const called = (name: string) => providers.find((one) => one.name === name)?.label ?? name;
  const added = new URLSearchParams(search).has("done") ? new URLSearchParams(search).get("with") : null;
  const label = added && providers.find(({ name }) => name === added)?.label;
  useEffect(() => {
    if (!label) return;
    toast(signin.linked(label));
    go("/me", { replace: true });
  }, [label, go]);
  const link = useAction(
    async (provider: string) => {
      const start = await data(api.POST("/api/me/identities", { body: { provider } }));
      location.assign(start!.url);
    },
    { toasted: true },
  );
  const unlink = useAction(
    async ({ id, provider }: Identity) => {
      setLeaving(null);
      await api.DELETE("/api/me/identities/{id}", { params: { path: { id } } });
      await cache.invalidateQueries({ queryKey: key("/api/me/identities") });
      toast(words.removed(called(provider)));
    },
    { toasted: true },
  );
  return (
    <>
      <SignInFailed search={search} />
      <Card title={words.title}>
        <Loaded from={identities} rows={1}>
          {(list) => (
            <>
              {list.length === 0 && !me.password && (
                <p className="text-quiet">
                  {words.none} {(providers.length > 0 || me.operator) && words.noneHelp}
                </p>
              )}
              <ul aria-label={words.title} className="grid empty:hidden">
                {list.map((identity) => (
                  <li key={identity.id} className="flex min-h-14 items-center justify-between gap-3 border-t border-line first:border-t-0">
                    <span className="min-w-0">
                      <span className="block truncate font-medium">{called(identity.provider)}</span>
                      <span className="block truncate text-sm text-quiet">
                        {identity.email || signin.sessions.used(ago(identity.lastUsedAt))}
                      </span>
                    </span>
                    <Button look="quiet" aria-label={`${words.remove} ${called(identity.provider)}`} onClick={() => setLeaving(identity)}>
                      {words.remove}
                    </Button>
                  </li>
                ))}
                {me.password && (
                  <li className="flex min-h-14 items-center justify-between gap-3 border-t border-line first:border-t-0">
                    <span className="min-w-0">
                      <span className="block font-medium">{words.password}</span>
                      <span className="block truncate text-sm text-quiet">{me.email}</span>
                    </span>
                  </li>
                )}
              </ul>
              <div className="flex flex-wrap gap-2 empty:hidden">
                {providers
                  .filter(({ name }) => !list.some(({ provider }) => provider === name))
                  .map(({ name, label }) => (
                    <Button key={name} busy={link.busy} onClick={() => link.go(name)}>
                      {words.add(label)}
                    </Button>
                  ))}
                {(me.password || me.operator || list.some(({ email }) => email)) && (
                  <Button onClick={() => setChanging(true)}>{me.password ? words.change : words.set}</Button>
                )}
              </div>
              {changing && <Password me={me} email={list.find(({ email }) => email)?.email ?? ""} onClose={() => setChanging(false)} />}
            </>
          )}
        </Loaded>
        {leaving && (
          <Confirm
            title={words.removeTitle(called(leaving.provider))}
            confirm={words.remove}
            busy={unlink.busy}
            onConfirm={() => unlink.go(leaving)}
            onClose={() => setLeaving(null)}
          >
            <p>{words.removeHelp}</p>
          </Confirm>
        )}
      </Card>
    </>
  );
}

// Password changes the password, or sets the first one together with the address to sign in with.
function Password({ me, email, onClose }: { me: Me; email: string; onClose: () => void }) {
  const cache = useQueryClient();
  const save = useAction(async (body: Record<string, string>) => {
    const changed = await data(api.PUT("/api/me/password", { body: body as { password: string } }));
    renamed(changed!);
    await cache.invalidateQueries({ queryKey: key("/api/me/sessions") });
    onClose();
    toast(words.saved);
  });
  const fault = (name: string) => save.failed?.field(name);
  return (
    <Dialog title={me.password ? words.change : words.set} onClose={onClose}>
      <Form onSubmit={save.go} failed={save.failed}>
        {me.password && (
          <Field label={words.current} name="current" type="password" required autoComplete="current-password" fault={fault("current")} />
        )}
        {!me.email && (
          <Field
            label={words.email}
            name="email"
            type="email"
            required
            defaultValue={email}
            autoComplete="username"
            fault={fault("email")}
          />
        )}
        <Field
          label={words.next}
          help={words.nextHelp}
          name="password"
          type="password"
          required
          maxLength={128}
          autoComplete="new-password"
          fault={fault("password")}
        />
        <div className="flex justify-end">
          <Button type="submit" look="main" busy={save.busy}>
            {words.save}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
