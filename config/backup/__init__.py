"""Backups: one sealed file with database, keys and journal, and the way back."""

from config.backup.errors import BackupRefusedError

__all__ = ["BackupRefusedError"]
