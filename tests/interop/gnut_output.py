"""What gnut prints that the tests wait for: the one place that knows its words."""

LISTENING = r"^listening on (\S+):(\d+)$"
SESSION_OPENED = r"^session open: "
SESSION_CLOSED = r"^session closed: "
SHARING = r"^sharing \d+ files?, "
SHARES_NOTHING = r"(?i)shar\w+ nothing"
NOT_VERIFIED = r"not verified"
STATISTICS = r"^\d+ neighbours?, sharing .*\n(?:\w+ \d+\n)*"
