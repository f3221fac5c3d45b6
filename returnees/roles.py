"""Who may do what with cases, people and what is measured of them."""

from houshayu.roles import COORD, DUTY, HOTEL, HUB, MEDIC, WORKER, Table

# fmt: off
MAY: Table = {
    "returnees.view_case":               [WORKER, HOTEL, HUB, DUTY, MEDIC, COORD],
    "returnees.record_checkin":          [WORKER, HOTEL, HUB, DUTY, MEDIC, COORD],
    "returnees.record_labtest":          [WORKER, HOTEL, HUB, DUTY, MEDIC, COORD],
    "returnees.handle_alert":            [WORKER, HOTEL, HUB, DUTY, MEDIC, COORD],
    "returnees.print_case":              [WORKER, HOTEL, HUB, DUTY, MEDIC, COORD],
    "returnees.export_case":             [WORKER, HOTEL, HUB, DUTY,        COORD],
    "returnees.reveal_person":           [WORKER, HOTEL, HUB, DUTY, MEDIC, COORD],
    "returnees.reveal_identitydocument": [WORKER, HOTEL, HUB, DUTY,        COORD],
    "returnees.view_room":               [        HOTEL, HUB, DUTY, MEDIC, COORD],
    "returnees.lodge_case":              [        HOTEL, HUB, DUTY,        COORD],
    "returnees.change_room":             [        HOTEL,                   COORD],
    "returnees.view_healthdeclaration":  [                    DUTY, MEDIC, COORD],
    "returnees.change_case":             [WORKER,        HUB,              COORD],
    "returnees.assess_observation":      [WORKER,                   MEDIC, COORD],
    "returnees.add_case":                [WORKER,                          COORD],
    "returnees.release_case":            [WORKER,                          COORD],
    "returnees.close_case":              [WORKER,                          COORD],
    "returnees.view_dashboard":          [                    DUTY,        COORD],
    "returnees.change_observation":      [                                 COORD],
}
# fmt: on
