"""All operations of the API, a file per subject, each operation a `Route`.

A new one is a handler, its models and a row in `ROUTES` of its file, and a row in `roles.MAY`; the
document and the tests of roles and sight then know it.
"""
