"""Why a backup is not made or not restored."""


class BackupRefusedError(Exception):
    """Nothing was changed, or only what the message says; it also says what to do."""
