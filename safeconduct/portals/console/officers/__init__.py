"""Officers' accounts: who has one, and how they get in."""
