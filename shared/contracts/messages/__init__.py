"""Messages that are promised to those outside, each frozen in a file."""
