"""Duties (待办): what waits for somebody, declared once in <app>/duties.py.

From the one declaration come the planned reminders and whether each is still needed
(planning), everybody's day, the counts and the proof that nobody is forgotten (asking).
"""

from houshayu.duties.declaring import Duty, Step, Waiting, every, get, register

__all__ = ["Duty", "Step", "Waiting", "every", "get", "register"]
