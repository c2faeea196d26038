"""What waiting callers are told: sentences with numbers in them, each said as its language does.

The sentences of a queue are few enough to be rendered beforehand like any prompt. `sentences.py`
knows which there are, `grammar.py` how one is worded; words and plural forms are text, in
`<language>.yaml` here and in a tenant's or client's `prompts/<language>/speech.yaml`. May import
config and core. A new language is one more file.
"""
