"""What a file is, told from its bytes: pure functions over a file on disk.

`inspection.inspect` is the way in. It reads through a memory map, so a file of half a
gigabyte costs no more memory than a small one.
"""
