"""Brings a database of call records to the present shape, step by step."""
