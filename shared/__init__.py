"""What every service stands on: settings, database, message core, HTTP edge, security.

Nothing here knows a client, a document, an activity or a metric rule.
"""
