// A running Latch, its Close with levers, and a person with a browser: what all Node tests stand on.

import { readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { ScalekitClient } from '@scalekit-sdk/node';

export const told = JSON.parse(readFileSync(process.env.LATCH_TOLD, 'utf8'));

/** A client as an application makes it; it has not logged in yet. */
export function newClient(options) {
  return new ScalekitClient(told.gateway_url, told.client_id, told.client_secret, options);
}

/** A name that no other test uses. */
export function newIdentifier() {
  return `node-${randomUUID().slice(0, 13)}`;
}

/** Pulls a lever of the local Close. */
export async function lever(method, path, body) {
  const answer = await fetch(told.control_url + path, { method, body: body && JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${text}`);
  return JSON.parse(text);
}

/** Somebody new in Close's organization; what goes wrong for them goes wrong for nobody else. */
export async function newPerson() {
  const tag = randomUUID().slice(0, 8);
  return lever('POST', '/users', {
    email: `n${tag}@closer.example.com`, first_name: 'Nell', last_name: tag, organization: 'Closer Inc',
    role_id: 'admin',
  });
}

/** From now on Close goes wrong for a person. */
export async function fault(person, kind, which = {}) {
  return lever('POST', '/faults', { account: person.user_email, kind, ...which });
}

/** The requests Close has had that mention a text. */
export async function heard(method, path, containing) {
  const { requests } = await lever('GET', '/requests');
  return requests.filter(
    (one) => one.method === method && one.path === path && (one.query + one.body).includes(containing),
  );
}

/** Opens an authorization link, agrees as a person, and comes back; answers the last page. */
export async function consent(link, person) {
  let next = { method: 'GET', url: link };
  for (let pages = 0; pages < 12; pages += 1) {
    const { url, method, body } = next;
    if (!['localhost', '127.0.0.1'].includes(new URL(url).hostname)) return { url, status: 0, text: '' };
    const answer = await fetch(url, { method, body, redirect: 'manual' });
    const text = await answer.text();
    if (answer.status >= 300 && answer.status < 400) {
      next = { method: 'GET', url: new URL(answer.headers.get('location'), url).href };
      continue;
    }
    const form = answer.ok && /<form([^>]*)>([\s\S]*?)<\/form>/.exec(text);
    if (!form) return { url, status: answer.status, text };
    next = fillIn(url, form[1], form[2], person);
  }
  throw new Error('the pages lead in circles');
}

function fillIn(page, form, inside, person) {
  const fields = new URLSearchParams();
  for (const [tag] of inside.matchAll(/<input[^>]*>/g)) {
    const name = attribute(tag, 'name');
    if (attribute(tag, 'type') !== 'radio' && name) fields.append(name, attribute(tag, 'value'));
  }
  if (inside.includes('type="radio"')) {
    fields.append('membership', `${person.user_id}|${person.organization_id}`);
    fields.append('decision', 'approve');
  }
  const url = new URL(attribute(form, 'action'), page);
  if (attribute(form, 'method').toLowerCase() === 'post') return { method: 'POST', url: url.href, body: fields };
  for (const [name, value] of fields) url.searchParams.append(name, value);
  return { method: 'GET', url: url.href };
}

function attribute(tag, name) {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag);
  return (found?.[1] ?? '').replaceAll('&quot;', '"').replaceAll('&#x2F;', '/').replaceAll('&amp;', '&');
}

/** Takes a user from nothing to an active account. */
export async function connect(actions, identifier, person) {
  await actions.getOrCreateConnectedAccount({ connectionName: 'close', identifier });
  const { link } = await actions.getAuthorizationLink({ connectionName: 'close', identifier });
  const page = await consent(link, person);
  if (page.status !== 200) throw new Error(`consent ended at ${page.url}: ${page.text}`);
  const { connectedAccount } = await actions.getConnectedAccount({ connectionName: 'close', identifier });
  return { id: connectedAccount.id, identifier, person, status: connectedAccount.status };
}

/** The error of a call that must fail. */
export async function refused(call) {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error('the call was not refused');
}
