"""Kinds of mail to clients, their wording, and who receives them: pure."""
