"""The wire to Asterisk's REST interface: one websocket for events and small requests.

`transport` is what a session's tests replace, `connection` the real one, supervised for ever;
`events` and `decode` turn JSON into a closed union; `client` has one method for each request.
Imports nothing else of ccengine. Start reading at `client`.
"""
