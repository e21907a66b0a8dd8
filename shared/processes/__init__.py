"""The processes that every service has, made from its declaration; and beat, which is for all."""
