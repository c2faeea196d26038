"""The whole system: real SIP and RTP, real Asterisk, a real engine that is really killed.

Start reading at `stage.py`, what a test holds in its hand; `people.py` has callers and agents,
`system.py` the running system, `engine_container.py` its engine.

`docker/test` runs these against a system of its own. By hand, against any that runs, give what it
gives: its CCENGINE_* settings (docker/settings.env of that system) with the host's paths in
CCENGINE_STATE and CCENGINE_DIALPLAN, as somebody who may use Docker and read the state folder:

    sudo env CCENGINE_PROJECT=… CCENGINE_STATE=… CCENGINE_DIALPLAN=… CCENGINE_SIP_PORT=… \
        CCENGINE_ARI_PORT=… CCENGINE_API_PORT=… python -m pytest tests/e2e

The tenant is the demo's. No call may be up and no agent logged in before: each test looks for what
it has left behind. CCENGINE_TEST_SIZE=full takes the numbers that the issues name.
"""
