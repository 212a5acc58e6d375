// SPDX-License-Identifier: Apache-2.0
// The certified OpenID provider, on this machine: node provider.mjs CLIENT ACR
//
// It prints its issuer when it listens. Whoever is sent to it is logged in as the person whose
// number was last posted to /person: a page with a password would add nothing to what is judged.
import http from "node:http";

import { Provider } from "oidc-provider";

const [client, acr] = process.argv.slice(2);
let person = { number: "", login: 0 };

const server = http.createServer();
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const issuer = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: client,
      application_type: "native", // its loopback address may have any port (RFC 8252)
      token_endpoint_auth_method: "none",
      redirect_uris: ["http://127.0.0.1/callback"],
      grant_types: ["authorization_code"],
      response_types: ["code"],
      id_token_signed_response_alg: "ES256",
    },
  ],
  jwks: { keys: [await newKey()] },
  acrValues: [acr],
  claims: { openid: ["sub", "id_number"], acr: null, auth_time: null },
  conformIdTokenClaims: true, // the number comes because the request's `claims` asks for it
  features: { claimsParameter: { enabled: true }, devInteractions: { enabled: false } },
  pkce: { required: () => true },
  findAccount: (_ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: id, id_number: person.number }),
  }),
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
});

async function newKey() {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
    "verify",
  ]);
  const { kty, crv, x, y, d } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  return { kty, crv, x, y, d, kid: "certified-1", use: "sig", alg: "ES256" };
}

// Consent and login at once: the person agreed by coming.
async function interact(request, response) {
  const { params, prompt } = await provider.interactionDetails(request, response);
  const accountId = `subject-${person.login}`;
  const grant = new provider.Grant({ accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  grant.addOIDCClaims(["id_number", "acr", "auth_time"]);
  const consent = { grantId: await grant.save() };
  const login = { accountId, acr: person.acr, remember: false };
  const result = prompt.name === "login" ? { login, consent } : { consent };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
}

async function change(request, response) {
  let body = "";
  for await (const piece of request) body += piece;
  person = { login: person.login + 1, ...JSON.parse(body) };
  response.end("{}");
}

const callback = provider.callback();
server.on("request", (request, response) => {
  if (request.url === "/person") change(request, response);
  else if (request.url.startsWith("/interaction/")) {
    interact(request, response).catch((error) => {
      console.error(error);
      response.writeHead(500).end();
    });
  } else callback(request, response);
});
process.stdout.write(`${issuer}\n`);
