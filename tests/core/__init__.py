"""The core: given events, when an event, then commands. No event loop, no clock."""
