// Compiled, not run: what a strict TypeScript program sees.

import { executionId, LatchClient, LatchError, type ConnectedAccount, type JsonValue } from "@latch/sdk";
import { getTools, loadTools } from "@latch/sdk/langchain";

type Exactly<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_T extends true>(): void {}

const client = new LatchClient(process.env["LATCH_ENV_URL"], process.env["LATCH_CLIENT_ID"], process.env["LATCH_CLIENT_SECRET"]);
const actions = client.actions;

export async function program(): Promise<void> {
  const { connectedAccount } = await actions.getOrCreateConnectedAccount({ connectionName: "close", identifier: "u" });
  holds<Exactly<typeof connectedAccount, ConnectedAccount>>();
  if (connectedAccount.status === "REVOKED") console.log(connectedAccount.statusReason);
  // @ts-expect-error: no account has such a status
  if (connectedAccount.status === "PENDING_AUTH") return;

  const lead = await actions.executeTool({ identifier: "u", toolName: "close_lead_create", toolInput: { name: "A" } });
  holds<Exactly<typeof lead.id, JsonValue>>();
  const id: string | undefined = executionId(lead);
  await actions.executeTool({ toolName: "close_lead_get", toolInput: { id: lead["id"], note: id } });

  interface Pipelines {
    data: { statuses: { id: string; type: string }[] }[];
  }
  const pipelines = await actions.executeTool<Pipelines>({ identifier: "u", toolName: "close_pipelines_list" });
  const active: string | undefined = pipelines.data[0]?.statuses.find((s) => s.type === "active")?.id;
  console.log(active);

  // @ts-expect-error: a tool must be named
  await actions.executeTool({ identifier: "u" });
  for await (const account of actions.allConnectedAccounts({ query: "u" })) holds<Exactly<typeof account, ConnectedAccount>>();

  const tools = getTools({ connectionName: "close", identifier: "u" });
  const text: string = tools[0]!.name;
  const same: typeof tools = await loadTools({ connectionName: "close", identifier: "u", client });
  console.log(text, same.length);
}

export function told(error: unknown): string {
  if (!(error instanceof LatchError)) return "";
  holds<Exactly<typeof error.class, string>>();
  return `${error.class} ${error.hint ?? ""} ${error.problems.map((p) => p.parameter).join()}`;
}
