"""A supervisor on an agent's calls: monitor, whisper, barge, take over.

`audibility` says who hears whom, `routing` how to get from one set-up to another and refuses what
would leak, `line` carries that out and reads back what Asterisk has, `session` follows the agent.
Start with `session`. The core decides who may coach whom, and what each coach is to hear.
"""
