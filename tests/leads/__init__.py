"""Files of leads: good ones, bad ones, and those that were made to do harm."""
