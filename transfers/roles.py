"""Who may do what with handoffs."""

from houshayu.roles import COORD, DUTY, HOTEL, HUB, MEDIC, WORKER, Table

# fmt: off
MAY: Table = {
    "transfers.view_handoff":   [WORKER, HOTEL, HUB, DUTY, MEDIC, COORD],
    "transfers.offer_handoff":  [WORKER, HOTEL, HUB, DUTY,        COORD],
    "transfers.answer_handoff": [WORKER, HOTEL, HUB, DUTY,        COORD],
}
# fmt: on
