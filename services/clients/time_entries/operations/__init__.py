"""Commands about time. Each locks clients first, then weeks in one order, and none commits."""
