"""Shares of AI leaderboards that stand up to a hostile reader: collecting, answers, exports."""

__version__ = "0.1.0"
