"""What a national reads of us: what we know, who looked, what they agreed to."""
