//! Examples for the help pages, and the parts of them that come from tables.

use std::fmt::Write as _;

use crate::environment;
use crate::exit::Exit;

/// What `latch --help` ends with: examples, exit codes, environment.
pub(crate) fn top() -> String {
    let mut text = "\
Examples:
  latch demo                                                 see it work; needs no account
  CLOSE_API_KEY=… latch call list_leads --query Acme         call Close with your own API key
  latch search log a call                                    find the right tool
  latch docs create_lead                                     read how it is called
  latch lua -e 'return close.list_leads{limit=1}'            run a script
  latch up                                                   a local Close and the gateway

Exit codes:
"
    .to_owned();
    for exit in Exit::ALL {
        let _ = writeln!(text, "  {}  {}", exit.code(), exit.meaning());
    }
    text.push_str("\nEnvironment:\n");
    for variable in environment::DOCUMENTED {
        let _ = writeln!(text, "  {:<27}  {}", variable.name, variable.meaning);
    }
    text
}

pub(crate) const DEMO: &str = "\
Examples:
  latch demo
  latch demo --leads 20 --seed 3
  latch demo --data-folder ./demo-data     keep what the demo stored

It exits with 0 only if every object was read back from the twin as it should be.";

pub(crate) const UP: &str = "\
Examples:
  latch up
  latch up --port 8420 --cleartext-port 8421 --twin-port 9000 --leads 1000
  latch up --json                          one line of JSON for other programs, then serves
  latch up --data-folder ./data            keep accounts and API clients
  latch up --close                         the real Close instead of a twin, and the usual data folder

The gateway speaks gRPC and REST on one port with TLS, and the same in clear on another that only
this machine reaches. It prints the environment that Python and Node programs need to trust the
private authority (ca_file, in the folder tls of the data folder). Links for browsers lead to the
port in clear, because browsers do not trust it.

Without --data-folder it keeps its data in a temporary folder that is removed at the end. There is
no twin with --close, nor where the data folder holds an OAuth app or accounts of the real Close.";

pub(crate) const SERVE: &str = "\
Examples:
  latch serve                              in clear, for this machine alone
  latch serve --tls-private-ca             with TLS, for programs on this machine that want it
  latch serve --listen 0.0.0.0:8420 --public-url https://latch.example.com \\
      --tls-certificate fullchain.pem --tls-key privkey.pem
  latch serve --listen 0.0.0.0:8420 --public-url https://latch.example.com --cleartext
                                           behind a proxy that does TLS
  latch serve --metrics-listen 127.0.0.1:9420 --log-format json
                                           watched: /metrics for Prometheus, logs for programs

gRPC, REST and the pages are on one port. Certificate files that change are taken over without a
restart. Signals to stop let requests in flight end. /livez says that the process runs, /readyz that
it can work.

It serves every environment at once; the API client says which one a program is in.

First set the OAuth app with `latch connections set` and make an API client with `latch clients create`.";

pub(crate) const TWIN: &str = "\
The twin answers as Close does: the API below /api/v1/, OAuth below /oauth2/, both at the address
it prints. API keys, users and the OAuth app of its demo data are the same at every start. It calls
nobody but the webhooks it is told of. Opened in a browser, the address shows what is in it: leads
with their timeline, the pipeline, events as they happen, webhook deliveries.

Examples:
  latch twin                               a Close with 200 leads on port 9000
  latch twin --leads 0                     only the sample lead with one of everything
  latch twin --port 0 --seed 3 --leads 20 --json
                                           a free port, and one line of JSON once it is ready
  latch twin --listen 0.0.0.0:9000         for other machines too, as in a container
  latch twin --data ./close                keep what is changed
  latch twin --rate-limit 20/1 --rate-limit search=2/1 --token-lifetime 60
                                           as strict as the real one may be
  CLOSE_API_KEY=… CLOSE_URL=http://127.0.0.1:9000/api/v1 latch call get_current_user

In tests:
  latch twin --port 0 --control-port 0 --json > twin.json &
  curl $CONTROL_URL                        list every lever: faults, tokens, limits, time, people
  curl $CONTROL_URL/reset -d '{\"state\": \"empty\"}'
  curl $CONTROL_URL/clock/advance -d '{\"seconds\": 3600}'
  curl $CONTROL_URL/faults -d '{\"method\": \"POST\", \"times\": 1, \"kind\": \"drop_after\"}'

The line of JSON has twin_url, api_url, twin_api_keys, oauth_app and control_url. The groups of
endpoints for --rate-limit are activity, bulk, contact, event, export, lead, opportunity, report,
search, sequence, settings, task, telephony and user; an organization may make three times as many
requests as one of its keys. Ctrl-C or SIGTERM stops it and ends with 0.";

pub(crate) const CALL: &str = "\
Examples:
  latch call list_leads --query Acme --limit 10
  latch call create_lead '{\"name\": \"Acme Corp\"}' --dry-run
  echo '{\"name\": \"Acme Corp\"}' | latch call create_lead -
  latch call create_contact --lead-id lead_… --name Ada --phone=+1234567890
  latch call close_lead_create --account us_team --name 'Acme Corp' --json

Flags that are not listed above are parameters of the tool, each read as the type the tool
declares: text stays text (--id=007), true needs no value (--is-complete), lists and objects are
JSON (--emails '[{\"email\": \"ada@example.com\"}]') or, for lists, repeated flags. Flags win over the
JSON payload. Behind `--` every flag is the tool's.

A call that the account's policy does not allow, or not without approval, ends with 6 and nothing is
sent; `latch accounts policy NAME` shows and changes the policy.";

pub(crate) const LUA: &str = "\
Examples:
  latch lua report.lua
  latch lua -e 'return app.integrations.close.get_current_user()'
  echo 'for lead in close.each_lead{query=\"Acme\"} do print(lead.name) end' | latch lua
  latch lua clean-up.lua --dry-run         the writes it would make, none of them made
  latch lua clean-up.lua --policy write:deny --cpu-limit 5
  latch lua --repl

It prints what the script prints, then what it returns as JSON. With --json it prints the record:
output, result, error and its class, every call, the limits that were in force. It ends with 0 if the
script ran to its end, with 1 if not, and with 2 if there is no script. `latch docs overview` says what
scripts find. Limits can be lowered here; LATCH_LUA_LIMITS sets the ceilings.";

pub(crate) const RUNS: &str = "\
Examples:
  latch runs
  latch runs 4f2a91c0                      one run: output, calls, what it returned
  latch runs 4f2a91c0 --json               its whole record

Runs are kept sealed, because they hold what scripts printed.";

pub(crate) const TOOLS: &str = "\
Examples:
  latch tools
  latch tools --object lead --kind read
  latch tools --json";

pub(crate) const SCHEMA: &str = "\
Examples:
  latch schema create_lead
  latch schema close_lead_create           the same tool with AgentKit's parameter names";

pub(crate) const DOCS: &str = "\
Examples:
  latch docs                               every tool, in a line each
  latch docs create_lead
  latch docs leads
  latch docs integrations.close.create_lead --json";

pub(crate) const SEARCH: &str = "\
Examples:
  latch search log a call
  latch search deals by status --limit 3 --json";

pub(crate) const ACCOUNTS: &str = "\
Examples:
  latch accounts
  latch accounts add us_team < key.txt     an API key from a file
  latch accounts add us_team               or from a hidden prompt
  latch accounts connect user_close_123    through Close's consent page
  latch accounts test us_team
  latch accounts policy us_team            what may be done with it
  latch accounts policy us_team --write ask --destructive deny
  latch accounts remove us_team --yes";

pub(crate) const CONNECTIONS: &str = "\
Examples:
  latch connections
  latch connections set close --client-id oa2client_… \\
    --redirect-uri http://127.0.0.1:8420/oauth/callback
  latch connections set local --close-url http://127.0.0.1:9000
  latch connections set keys --kind api-key
  latch connections set close --disable    nobody uses its accounts until --enable
  latch connections show close
  latch connections delete local";

pub(crate) const CLIENTS: &str = "\
Examples:
  latch clients create my-agent
  latch clients create my-agent --environment staging
  latch clients rotate latch_…             a new secret; the old one works for another day
  latch clients rotate latch_… --overlap 0
  latch clients";

pub(crate) const ENVIRONMENTS: &str = "\
Examples:
  latch environments
  latch environments create staging
  latch accounts add us_team --environment staging < key.txt
  LATCH_ENVIRONMENT=staging latch call list_leads --account us_team

One gateway serves every environment: a program is in the one that its API client was made in.
CLOSE_API_KEY is the default account of the environment default alone.";

pub(crate) const KEYS: &str = "\
Examples:
  latch keys
  latch keys rotate

The keys sign the access tokens of every environment. The newest signs; a running gateway finds it
within a minute. Every key is replaced by itself after thirty days.";

pub(crate) const WEBHOOKS: &str = "\
Examples:
  latch webhooks add https://app.example.com/hooks/latch --event status_updated
  latch webhooks test whe_…                what the endpoint answers to a test
  latch webhooks deliveries
  latch webhooks redeliver evt_…

A running `latch serve` or `latch up` delivers; an event that is not answered with a 2xx is tried again
for three days. Each is signed: the headers webhook-id, webhook-timestamp and webhook-signature.";

pub(crate) const STATUS: &str = "\
Examples:
  latch status
  latch status --json";

pub(crate) const CALLS: &str = "\
Examples:
  latch calls
  latch calls --limit 100 --json

The record holds who called what for whom and what came of it: never arguments, never answers.";

pub(crate) const DOCTOR: &str = "\
Examples:
  latch doctor
  latch doctor --json

It exits with 0 only if nothing is wrong.";

pub(crate) const COMPLETIONS: &str = "\
Examples:
  latch completions bash > ~/.local/share/bash-completion/completions/latch
  latch completions zsh > ~/.zfunc/_latch
  latch completions fish > ~/.config/fish/completions/latch.fish";
