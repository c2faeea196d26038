"""The inbound benchmark: SIPp's callers and phones against the engine, and against `Queue()`.

One clock for everything: the kernel's, on the packets of the loopback interface. Nothing measured
is asked to measure itself. Start reading at `__main__`.

    ground    ports, folders, the tenant with its 200 agents, Asterisk's own files
    asterisk  a container of the project's Asterisk; the engine as a process beside it
    load      SIPp as callers and as the agents' phones
    capture   packets off the wire, picked by the kernel; what they say is in legs and requests
    rounds    which runs, in which order, and how the highest rate is found
    report    medians, ratios, the table and the JSON
"""
