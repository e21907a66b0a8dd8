"""The pipeline that most projects start with, well tuned, to be measured against.

After the commit the writer calls `.delay()` for the event, once for each of the two services;
each service's worker inserts a row into its own database. It is on the same broker, with the
same Celery settings and as many children as ours. It promises less: an event whose `.delay()`
fails is lost, and so is one that Redis loses; nothing has an order.
"""
