"""Proof packs: what a campaign did in some time and by which rules, as files that are signed.

Reads the database and nothing else. `pack` puts the files together, `ratios` counts abandoned calls
per window of each rule, `page` says it all to people, `verifying` finds what was changed later.
"""
