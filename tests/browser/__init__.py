"""Tests in a real Chromium; one folder, one browser."""
