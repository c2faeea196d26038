"""Files of leads: read row by row, judged, taken in whole or not at all, and written out again.

`files` and `sheets` read, `columns` says what each column is, `rows` makes a lead of a row or says
why it is none, `importing` puts them together. Whatever a file holds is text from outside.
"""
