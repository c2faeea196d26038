"""Pages for people: the supervisors' wallboard, and the place for others, served by the engine.

Plain files in `site/`: HTML, one style sheet per page, ES modules; no build, no framework, nothing
fetched from elsewhere, no inline script. They are clients of the API and its live feed like any
other. `site/fold.js` folds the feed (pure), `feed.js` keeps the websocket, `api.js` asks and
changes, `words.js` speaks the reader's language, `dom.js` makes elements of texts that are never
markup. A page is `site/<name>.html` at `/<name>`, and begins with `sign_in.js`. Start at `site.py`;
may import the API, and only `assembly` imports it.
"""
