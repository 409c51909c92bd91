// A school's sign-in service (OpenID Connect) on this machine: a page with one button, and tokens signed for real.
import crypto from "node:crypto";
import http from "node:http";

const b64 = (data) => Buffer.from(data).toString("base64url");

export async function startSignInService() {
  const {privateKey, publicKey} = crypto.generateKeyPairSync("rsa", {modulusLength: 2048});
  const codes = new Map();
  const service = {person: {sub: "4711", email: "ben@oakmoor.example", email_verified: true, name: "Ben Ode"}, client: "heed-browser", secret: "only a test's", exchanges: 0};
  const server = http.createServer(async (request, response) => {
    const url = new URL(request.url, service.issuer);
    const json = (value, status = 200) => (response.writeHead(status, {"content-type": "application/json"}), response.end(JSON.stringify(value)));
    let body = "";
    for await (const chunk of request) body += chunk;
    if (url.pathname === "/.well-known/openid-configuration")
      return json({issuer: service.issuer, authorization_endpoint: `${service.issuer}/authorize`, token_endpoint: `${service.issuer}/token`, jwks_uri: `${service.issuer}/keys`});
    if (url.pathname === "/keys") return json({keys: [{...publicKey.export({format: "jwk"}), kid: "one", use: "sig", alg: "RS256"}]});
    if (url.pathname === "/authorize") {
      const code = crypto.randomUUID();
      codes.set(code, Object.fromEntries(url.searchParams));
      const back = `${url.searchParams.get("redirect_uri")}?code=${code}&state=${url.searchParams.get("state")}`;
      response.writeHead(200, {"content-type": "text/html"});
      return response.end(`<!DOCTYPE html><html lang="en"><title>School</title><a href="${back.replaceAll("&", "&amp;")}">I am Ben</a></html>`);
    }
    if (url.pathname === "/token") {
      service.exchanges++;
      const form = new URLSearchParams(body), asked = codes.get(form.get("code"));
      codes.delete(form.get("code"));
      const fits = asked && asked.code_challenge === crypto.createHash("sha256").update(form.get("code_verifier")).digest("base64url") && asked.redirect_uri === form.get("redirect_uri");
      const basic = "Basic " + Buffer.from(`${encodeURIComponent(service.client)}:${encodeURIComponent(service.secret).replaceAll("'", "%27")}`).toString("base64");
      if (!fits || request.headers.authorization !== basic) return json({error: "invalid_grant"}, 400);
      const now = Math.floor(Date.now() / 1000);
      const part = b64(JSON.stringify({alg: "RS256", kid: "one"})) + "." + b64(JSON.stringify({iss: service.issuer, aud: service.client, iat: now, exp: now + 60, nonce: asked.nonce, ...service.person}));
      return json({access_token: "unused", token_type: "Bearer", id_token: part + "." + crypto.sign("sha256", Buffer.from(part), privateKey).toString("base64url")});
    }
    json({}, 404);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  service.issuer = `http://127.0.0.1:${server.address().port}`;
  service.stop = () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve)));
  return service;
}
