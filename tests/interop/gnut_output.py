"""What gnut prints that the tests wait for: the one place that knows its words."""

LISTENING = r"listening on (\S+):(\d+)"
SESSION_OPENED = r"session with .* open"
SESSION_CLOSED = r"session with .* closed"
SHARING = r"sharing (\d+) files?"
SHARES_NOTHING = r"shares? nothing"
