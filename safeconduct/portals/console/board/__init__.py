"""The board: who is safe, who needs help, who has not been heard from."""
