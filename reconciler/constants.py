"""Names that both towers (the product and its sandbox) must spell alike; nothing else may stand here.

Vendor facts (paths, error codes, field names) must not: the client and the sandbox write those down twice on
purpose, each from the reference, so that a misunderstanding of one is caught by the other.
"""

# What `reconciler sandbox` prints and what a connection with `environment: local` reads.
ENV_LOGIN = "RECONCILER_SANDBOX_LOGIN"
ENV_GRAPH = "RECONCILER_SANDBOX_GRAPH"
ENV_PARTNER_CENTER = "RECONCILER_SANDBOX_PARTNER_CENTER"
ENV_EXCHANGE = "RECONCILER_SANDBOX_EXCHANGE"
ENV_CLIENT_SECRET = "RECONCILER_SANDBOX_CLIENT_SECRET"  # noqa: S105  the variable's name, not a secret
ENV_CA_FILE = "SSL_CERT_FILE"
