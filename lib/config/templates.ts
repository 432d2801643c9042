/** What the configuration files say at first: the defaults, and how to change them. */

const settings = `# Waterwall's settings. Everything is optional; the values shown are the defaults.
# \`waterwall config\` prints what holds; \`waterwall reload\` applies changes.

# kill_switch: true           # stops all egress at once
# listen: 127.0.0.1:8888      # loopback only, unless listen_anyway: true
# session_key: persistent     # ephemeral: a new key, and with it new placeholders, at every start

# store:
#   capacity: 10000
#   bytes: 64MiB
#   ttl: 4h                   # slides with every use
#   persist: memory           # sealed: kept, encrypted, over restarts

# limits:
#   body: 64MiB
#   response_body: 64MiB
#   event: 32MiB
#   headers: 64KiB
#   handshake_timeout: 10s
#   header_timeout: 30s
#   connections: 1024

# shutdown_grace: 10s         # how long streams may go on after SIGTERM
# upstream_proxy: http://proxy.corp.example:3128
# refusal_status: auto        # or one status for every refusal, e.g. 502

# metrics:
#   listen: 127.0.0.1:8889    # /healthz and /metrics over TCP; or off

# dashboard:
#   latency_budget: 250ms     # added latency (p99) above which there is an alarm

# log:
#   level: info               # debug, info (a line a request), warn, error or silent
#   format: auto              # text; json for a service and for up --detach

# audit:
#   checkpoint_lines: 100
#   checkpoint_interval: 5m
#   session_idle: 30m
#   retention: off  # or a time, e.g. 180d: sealed segments older than that are removed, which the log records
#   signer_timeout: 10s
#   key_epoch: 1d   # a key signs the log for as long, then it is destroyed; or off, as with a witness
#   signer: child   # or the socket of a signer with a user of its own
`;

const hosts = `# Hosts whose traffic is opened, redacted and restored. After a change: \`waterwall regen-ca\`,
# then restart; the certificate authority is valid for exactly these hosts.
# sse_handler: anthropic, openai, or none (restored as plain text and JSON).

hosts:
  - { host: api.anthropic.com, sse_handler: anthropic }
  - { host: api.openai.com,    sse_handler: openai }
  - { host: api.deepseek.com,  sse_handler: openai }
  - { host: openrouter.ai,     sse_handler: openai }
  # For a gateway or a test: where its traffic really goes, and which roots to trust there.
  # - { host: llm.corp.example, sse_handler: openai, upstream: "https://10.1.2.3:9443", upstream_ca: roots.pem }

# tunnel: other hosts are piped through unopened (git, npm, logins). Known model providers never are.
# refuse: nothing but the hosts above, and the exceptions under "tunnel".
unlisted_hosts: tunnel
# tunnel: [ "*.corp.example" ]
`;

const patterns = `# Adds to the built-in patterns (\`waterwall patterns list\`), never replaces them.

# patterns:
#   - { type: ACME_TOKEN, regex: "\\\\bacme_[a-z0-9]{32}\\\\b", keywords: [acme_] }

# Values that are no secrets: exact, or /a regular expression/ that matches the whole value.
# allow:
#   - "/test_[a-z0-9]+/"

# Built-in types to switch off. The dashboard shows them in red.
# disable: [JWT_TOKEN]
`;

const knownSecrets = `# Values that are always redacted, because no pattern can know them. At least 8 characters each.
# Only the owner may read this file (mode 0600).

# values:
#   - { type: DB_PASSWORD, value: "…" }

# Files of NAME=value lines; values that are plain words, numbers, paths or addresses are skipped.
# env_files: [~/.config/app/.env]
`;

export const TEMPLATES = { settings, hosts, patterns, knownSecrets } as const;
