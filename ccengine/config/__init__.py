"""What people configure: the process by its environment, the contact center by YAML.

Reads, checks and completes it, and writes what Asterisk needs of it. Imports core only. Nothing in
here raises for what a file says: each mistake becomes a `Problem` with file, line and remedy, and
all of them are reported together. Start reading at `tenant.py`; the process is `settings.py`.
"""
