// A certified OpenID provider, as a school has one, with its own pages to sign in on. Whoever comes there is
// known by the name they type: ada is ada@example.org; addresses of names with "new" in them are not verified.
import { createServer } from "node:http";
import Provider from "oidc-provider";

const client = { client_id: "ftcmetrics", client_secret: "a secret of the tests/with+odd:letters" };

export class Issuer {
  /** Listens, so that its address is known; use says whose people come. */
  static async start() {
    const issuer = new Issuer();
    issuer.http = createServer((request, response) => issuer.handle(request, response));
    await new Promise((resolve) => issuer.http.listen(0, "127.0.0.1", resolve));
    issuer.url = `http://localhost:${issuer.http.address().port}`; // another site than 127.0.0.1
    return issuer;
  }

  /** The environment of a server that asks this issuer, as NAME. */
  env(name = "SCHOOL") {
    return { [`OIDC_${name}_ISSUER`]: this.url, [`OIDC_${name}_CLIENT_ID`]: client.client_id, [`OIDC_${name}_CLIENT_SECRET`]: client.client_secret };
  }

  /** Registers the server. */
  use(server, name = "school") {
    const provider = new Provider(this.url, {
      clients: [{ ...client, redirect_uris: [`${server.url}/api/auth/${name}/callback`], grant_types: ["authorization_code"], response_types: ["code"] }],
      pkce: { required: () => true },
      claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
      cookies: { keys: ["a key of the tests"] },
      findAccount: (_, id) => ({
        accountId: id,
        claims: () => ({ sub: "school-" + id, email: `${id}@example.org`, email_verified: !id.includes("new"), name: id[0].toUpperCase() + id.slice(1) }),
      }),
    });
    // Its pages ask a server of fonts, which is none of ours.
    provider.use(async (ctx, next) => {
      await next();
      if (typeof ctx.body === "string") ctx.body = ctx.body.replace(/@import url\([^)]*\);/, "");
    });
    this.handle = provider.callback();
  }

  handle(_, response) {
    response.writeHead(503).end();
  }

  stop() {
    this.http.closeAllConnections();
    return new Promise((resolve) => this.http.close(resolve));
  }
}

/** Signs in on the issuer's pages as the name, and lets it tell who that is. */
export async function approve(page, name) {
  await page.getByPlaceholder("Enter any login").fill(name);
  await page.getByPlaceholder("and password").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}

/** Says no there. */
export const refuse = (page) => page.getByRole("link", { name: /Cancel/ }).click();
