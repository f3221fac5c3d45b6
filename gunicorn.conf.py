"""What gunicorn reads by itself, however it is started."""

# The path without what was asked for, and no referrer: people look for names.
access_log_format = '%(h)s %(t)s "%(m)s %(U)s %(H)s" %(s)s %(b)s "%(a)s"'
