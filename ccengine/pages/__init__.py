"""Pages for people, served by the engine: the wallboard, the agents' desk, the reviewers' page.

Plain files in `site/`: HTML, style sheets, ES modules; no build, no framework, nothing from
elsewhere, no inline script; clients of the API and its feed like any other. `fold.js` folds the
feed (pure), `feed.js` keeps the websocket, `api.js` asks and changes, `dom.js` makes elements of
texts that are never markup. All pages have one frame, `page.html`; `site.py` names them, start
there. The desk: `desk_state.js` knows, `desk.js` has it drawn, `drafts.js` keeps what is typed. The
wallboard: `wall_view.js` works out what `wallboard.js` draws. May import the API.
"""
