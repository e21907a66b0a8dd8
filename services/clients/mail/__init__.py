"""Mail: written down with the change that it tells of, and sent by a job."""
