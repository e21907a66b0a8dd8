"""The rules of the record: pure functions that know no database, no request and no clock.

A check takes any JSON value and gives back the value as it is stored, or raises `Wrong`.
"""
