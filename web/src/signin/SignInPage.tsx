import { useEffect, useState } from "react";
import { useLocation, useSearch } from "wouter";
import { useAction } from "../action";
import { api } from "../api";
import { signedIn, signInWithToken } from "../session";
import { Button, ButtonLink, Card, Choice, Field, Form, Loading, Page } from "../ui";
import { account } from "../words/account";
import { signin } from "../words/signin";
import { Providers, SignInFailed, useProviders } from "./Providers";

/** SignInPage is for who has an account or a token; it also stands in for pages that need somebody. */
export default function SignInPage() {
  const [way, setWay] = useState<"password" | "token">("password");
  const [at, go] = useLocation();
  const search = useSearch();
  const query = new URLSearchParams(search);
  const wanted = query.get("to") ?? "/";
  const page = /^\/(?![/\\])/.test(wanted) ? wanted : "/"; // ours, whoever made the link
  const to = at === "/sign-in" ? page : at;
  const done = () => at === "/sign-in" && go(to, { replace: true });
  const providers = useProviders();
  const back = at === "/sign-in" && query.has("done"); // from a provider, with its cookie
  const enter = useAction(async () => {
    await signedIn();
    done();
  });
  useEffect(() => {
    if (back) enter.go();
  }, [back, enter.go]);
  const signIn = useAction(async ({ email, password, token }: Record<string, string>) => {
    if (way === "token") await signInWithToken(token.trim());
    else {
      await api.POST("/api/sessions", { body: { email, password, cookie: true } });
      await signedIn();
    }
    done();
  });
  if (back && !enter.failed)
    return (
      <Page title={signin.entering} narrow>
        <Loading />
      </Page>
    );
  return (
    <Page title={account.signIn.title} narrow>
      <SignInFailed search={search} />
      {providers.length > 0 && (
        <Card>
          <Providers word={signin.with} to={to} />
          <p className="text-sm text-quiet">{signin.newHere}</p>
        </Card>
      )}
      <Card>
        <Choice
          label={account.signIn.title}
          hideLabel
          value={way}
          onChange={setWay}
          options={[
            { value: "password", word: account.signIn.withPassword },
            { value: "token", word: account.signIn.withToken },
          ]}
        />
        <Form onSubmit={signIn.go} failed={signIn.failed}>
          {way === "password" ? (
            <>
              <Field
                key="email"
                label={account.signIn.email}
                name="email"
                type="email"
                required
                autoComplete="username"
                fault={signIn.failed?.field("email")}
              />
              <Field
                key="password"
                label={account.signIn.password}
                name="password"
                type="password"
                required
                autoComplete="current-password"
                fault={signIn.failed?.field("password")}
              />
            </>
          ) : (
            <Field
              key="token"
              label={account.signIn.token}
              help={account.signIn.tokenHelp}
              name="token"
              type="password"
              required
              autoComplete="off"
              spellCheck={false}
            />
          )}
          <Button type="submit" look="main" busy={signIn.busy}>
            {account.signIn.go}
          </Button>
        </Form>
      </Card>
      <div>
        <ButtonLink look="quiet" to="/join">
          {account.signIn.join}
        </ButtonLink>
      </div>
    </Page>
  );
}
