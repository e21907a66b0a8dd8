"""Time entries: hours that a person worked on a project, week by week."""
