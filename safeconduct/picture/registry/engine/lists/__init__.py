"""Lists of nationals from elsewhere: read, judged row by row, stored in chunks."""
