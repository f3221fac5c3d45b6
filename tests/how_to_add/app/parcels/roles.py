"""Who may do what with parcels."""

from houshayu.roles import COORD, GUARD, WORKER, Table

# fmt: off
MAY: Table = {
    "parcels.view_parcel":     [WORKER, GUARD, COORD],
    "parcels.hand_out_parcel": [WORKER,        COORD],
}
# fmt: on
