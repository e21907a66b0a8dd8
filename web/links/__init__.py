"""Pages of people who cannot sign in yet or no more, most of them reached by a link in a mail."""
