"""What every service stands on, from the top: processes made from a service's declaration, the
HTTP edge, the unit of work, the message core, databases, security, storage, settings.

Nothing here knows a rule about clients, documents, the timeline or metrics.
"""
