"""Values that more than one service keeps: a check takes any JSON value and gives it back as it is
stored, or raises `Wrong`."""
