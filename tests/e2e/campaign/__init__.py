"""A campaign on real Asterisk: agents at scripted phones, leads at SIPp.

The tests are `test_campaign.py` and `test_unattended.py`.

tenant     its YAML: agents, one client, one campaign, a trunk to where SIPp is
leads      whom it calls, and what each of them does: their number says it
far_ends   SIPp as all of them
books      its leads and attempts, by the commands that people have for them
wire       what went over the wire to and from them: when each was rung, answered, and heard whom
sound      what a far end heard, and whether the campaign's message is in it
"""
