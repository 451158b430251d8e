"""The sandbox: login, Graph and Partner Center of Microsoft, played on this machine.

A second tower beside the product, written from Microsoft's documentation and never from our client, so that a
misunderstanding of one is caught by the other. It imports nothing of ours but `reconciler.constants`.

Where things are: worlds are data (worldfile.py, worldload.py, worlddump.py) and become the living world (world.py) with
lagging replicas (shelf.py) on a movable clock (clock.py); pipeline.py is the way of a request, routing.py the seam
where a service plugs in, call.py what a handler gets; app.py is the ASGI application, server.py serves it over TLS;
control.py is `/_sandbox/`, faults.py and journal.py what it offers to tests.

The decision a reader would question: a product of its own inside a product. A recording would prove that we still send
what we sent; only a stateful, strict service proves that it works.
"""
