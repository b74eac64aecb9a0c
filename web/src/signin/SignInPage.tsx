import { useState } from "react";
import { useLocation } from "wouter";
import { useAction } from "../action";
import { api } from "../api";
import { signedIn, signInWithToken } from "../session";
import { Button, ButtonLink, Card, Choice, Field, Form, Page } from "../ui";
import { account } from "../words/account";

/** SignInPage is for who has an account or a token; it also stands in for pages that need somebody. */
export default function SignInPage() {
  const [way, setWay] = useState<"password" | "token">("password");
  const [at, go] = useLocation();
  const done = () => at === "/sign-in" && go("/", { replace: true });
  const signIn = useAction(async ({ email, password, token }: Record<string, string>) => {
    if (way === "token") await signInWithToken(token.trim());
    else {
      await api.POST("/api/sessions", { body: { email, password, cookie: true } });
      await signedIn();
    }
    done();
  });
  return (
    <Page title={account.signIn.title} narrow>
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
