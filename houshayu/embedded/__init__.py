"""Postgres and Redis for one machine, from the binaries that come with pip.

`python -m houshayu.embedded run` starts both, and the web server, worker and beat on top, under
one parent. Both servers listen on Unix sockets only.
"""
