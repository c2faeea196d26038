"""The recording benchmark's parts: long calls with and without recordings, on real Asterisk.

What is the inbound benchmark's is used: its ground, its Asterisk and engine, its capture.

    talks    SIPp as callers and phones that say tones
    streams  RTP as it left and arrived: what is late, what is lost
    usage    who uses the processors, process by process, and the disk
    kept     what became of the recordings: each is opened and listened to
    runs     one run, and its outcome
    report   lines, the table, and which part is the limit
"""
