"""What families at home read: what we do, what we tell them, and how not to be deceived."""
