"""What a dialplan may ask the engine by FastAGI: queues, hours, closures, callers, callbacks.

A route is declared once, in one of the modules here: its address, the variables it sets, what each
means. `every` lists them, `asking` takes a request to its route. Answers come of the core's views,
as the HTTP API's do; what changes something is posted as an event. May import the API's ports and
FastAGI's protocol; sees no socket. Start reading at `asking`.
"""
