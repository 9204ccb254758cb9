// A certified OpenID Connect provider for the tests. Called with a port, our redirect URI and our back channel.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const [port, ours] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const people = new Map();

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "barrymore",
      client_secret: "a-secret-for-the-tests-only",
      redirect_uris: [`${ours}/account/oidc/company/login/callback/`],
      post_logout_redirect_uris: [`${ours}/account/login/`],
      backchannel_logout_uri: `${ours}/account/oidc/company/backchannel-logout/`,
      backchannel_logout_session_required: true,
      token_endpoint_auth_method: "client_secret_post",
    },
  ],
  pkce: { required: () => true },
  claims: { openid: ["sub"], profile: ["name", "locale"], email: ["email", "email_verified"], groups: ["groups"] },
  scopes: ["openid", "profile", "email", "groups"],
  features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  cookies: { keys: ["for the tests only"] },
  // Its own guard knows no loopback; everything here is loopback.
  fetch: (address, { dispatcher: _guard, ...options }) => fetch(address, options),
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub, ...people.get(sub) }) }),
});

provider.on("backchannel.error", (_ctx, error) => console.error(error.message, error.cause));

async function body(request) {
  let text = "";
  for await (const piece of request) text += piece;
  return text;
}

async function enter(request, response, sub) {
  const interaction = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: sub, clientId: interaction.params.client_id });
  grant.addOIDCScope(interaction.params.scope);
  const grantId = await grant.save();
  await provider.interactionFinished(request, response, { login: { accountId: sub }, consent: { grantId } });
}

async function answer(request, response) {
  const url = new URL(request.url, issuer);
  if (url.pathname.startsWith("/people/")) {
    people.set(url.pathname.slice(8), JSON.parse(await body(request)));
    return response.end();
  }
  if (!url.pathname.startsWith("/interaction/")) return provider.callback()(request, response);
  if (request.method === "POST") {
    const asked = new URLSearchParams(await body(request));
    if (asked.get("back")) return provider.interactionFinished(request, response, { error: "access_denied" });
    return enter(request, response, asked.get("sub"));
  }
  const buttons = [...people.keys()].map((sub) => `<button name="sub" value="${sub}">${sub}</button>`);
  response.setHeader("content-type", "text/html");
  return response.end(`<title>Company login</title><form method="post">${buttons.join("")}<button name="back" value="1">back</button></form>`);
}

createServer((request, response) => {
  answer(request, response).catch((error) => {
    response.statusCode = 500;
    response.end(String(error.stack));
  });
}).listen(Number(port), "127.0.0.1", () => console.log("listening"));
