"""A campaign on real Asterisk: agents at scripted phones, leads at SIPp.

The test is `test_campaign.py`.

tenant     its YAML: agents, one client, one campaign, a trunk to where SIPp is
leads      whom it calls, and what each of them does: their number says it
far_ends   SIPp as all of them
wire       what went over the wire to and from them: when each was rung, answered, and heard whom
"""
