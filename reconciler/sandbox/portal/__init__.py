"""What somebody does in the portal: changes from outside, for `POST /_sandbox/change`.

One change names a tenant, one thing in it (user, group, subscription, domain or partner) and what happens to it; the
body may be one change or a list. Values have the form of the world file. Replicas see the change late, like any write.

    {"tenant": "contoso.com", "user": "ada@contoso.com", "set": {"jobTitle": null}, "assign": {"SPB": {}}}
    {"tenant": "contoso.com", "user": "bo@contoso.com", "create": {"displayName": "Bo"}}
    {"tenant": "contoso.com", "group": "sales", "addMembers": ["ada@contoso.com"], "removeMembers": ["bo@contoso.com"]}
    {"tenant": "contoso.com", "subscription": "head-office", "set": {"quantity": 12}}
    {"tenant": "contoso.com", "domain": "contoso.ch", "create": {"verified": false}}
    {"tenant": "contoso.com", "partner": "partner.onmicrosoft.com", "create": {}}      (the invitation is accepted)

Also `"delete": true`, `"restore": true`, and `"by": upn`, whom the audit log names (default: a global admin).
It must not be limited by the services' rules: a portal, another partner or Microsoft may do what our app may not.

The decision a reader would question: a rename is `set: {userPrincipalName: ...}`. There is no operation of its own,
because the portal has none either.
"""
