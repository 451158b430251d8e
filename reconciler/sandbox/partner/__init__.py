"""Partner Center as the sandbox plays it: customers, catalog, carts, orders, subscriptions, audit records.

Written from Microsoft's documentation only (facts name their page or the section of the fact sheet), never from
the client: the two must be able to disagree, or the sandbox proves nothing.
"""
