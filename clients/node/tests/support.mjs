// What the tests share: the running Latch, a person with a browser, and a server that misbehaves on purpose.

import { createServer } from "node:http";

export const up = JSON.parse(process.env.LATCH_UP);

/** Walks from an authorization link through all pages to the last one, as `person`, and returns its text. */
export async function consent(link, person = up.twin_api_keys[0]) {
  const cookies = new Map();
  let request = { url: new URL(link), init: {} };
  for (let step = 0; step < 20; step += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(request.url, { ...request.init, redirect: "manual", headers: cookie ? { cookie } : {} });
    for (const set of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(set);
      cookies.set(name, value);
    }
    const next = answer.headers.get("location");
    if (next) {
      request = { url: new URL(next, request.url), init: {} };
      continue;
    }
    const page = await answer.text();
    if (!answer.ok) throw new Error(`${request.url.pathname} answered ${answer.status}: ${page}`);
    const form = /<form[^>]*>[\s\S]*?<\/form>/i.exec(page)?.[0];
    if (!form) return page;
    request = submit(form, request.url, person);
  }
  throw new Error("the pages lead in circles");
}

const attribute = (tag, name) => new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1].replaceAll("&amp;", "&");

/** Fills the form as the person would and presses its first button. */
function submit(form, base, person) {
  const fields = new URLSearchParams();
  for (const [tag] of form.matchAll(/<(input|button)\b[^>]*>/g)) {
    const name = attribute(tag, "name");
    const type = attribute(tag, "type");
    const value = attribute(tag, "value") ?? "";
    if (!name || fields.has(name)) continue;
    if (type === "radio" && value !== `${person.user_id}|${person.organization_id}` && value !== person.user_id) continue;
    if (type === "email") fields.set(name, person.user_email);
    else if (type === "password") fields.set(name, "any");
    else fields.set(name, value);
  }
  const head = /<form[^>]*>/i.exec(form)[0];
  const url = new URL(attribute(head, "action") || base, base);
  if (attribute(head, "method")?.toLowerCase() === "post") return { url, init: { method: "POST", body: fields } };
  for (const [name, value] of fields) url.searchParams.set(name, value);
  return { url, init: {} };
}

/**
 * A server that answers each path with its script, one step per request; the last step repeats. A step is
 * [status, body, headers], or a function of request and response.
 */
export async function misbehaving(test, scripts) {
  const seen = [];
  const server = createServer((request, response) => {
    const path = request.url.split("?")[0];
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      seen.push({ path, body, method: request.method, authorization: request.headers.authorization });
      const script = scripts[path] ?? (path === "/oauth/token" ? [token("t1")] : [[404, {}]]);
      const step = script[Math.min(seen.filter((one) => one.path === path).length, script.length) - 1];
      if (typeof step === "function") return step(request, response);
      const [status, answer, headers = {}] = step;
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const count = (path) => seen.filter((one) => one.path === path).length;
  return { url: `http://127.0.0.1:${server.address().port}`, seen, count };
}

/** A step that hands out a token. */
export const token = (name, life = 3600) => [200, { access_token: name, token_type: "Bearer", expires_in: life }];
