"""Commands on jobs: ask for one, take its turns, write down what came of it, end it."""
