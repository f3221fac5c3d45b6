"""The documents that people show who they are with."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DocumentType(models.TextChoices):
    PASSPORT = "passport", _("Passport")
    PASSPORT_CHN = "passport_chn", _("Chinese passport")
    RESIDENT_ID = "resident_id", _("Resident identity card")
    PRC_PERMANENT_RESIDENT_15 = (
        "prc_permanent_resident_15",
        _("Foreign permanent resident ID card (2017)"),
    )
    PRC_PERMANENT_RESIDENT_18 = (
        "prc_permanent_resident_18",
        _("Foreign permanent resident ID card (2023)"),
    )
    HK_MACAO_TRAVEL_PERMIT = (
        "hk_macao_travel_permit",
        _("Mainland Travel Permit for Hong Kong and Macao Residents"),
    )
    TAIWAN_TRAVEL_PERMIT = (
        "taiwan_travel_permit",
        _("Mainland Travel Permit for Taiwan Residents"),
    )
    HMT_RESIDENCE_PERMIT = (
        "hmt_residence_permit",
        _("Residence Permit for Hong Kong, Macao and Taiwan Residents"),
    )
    EXIT_ENTRY_PERMIT_HK_MACAO = (
        "exit_entry_permit_hk_macao",
        _("Exit-Entry Permit for Travel to Hong Kong and Macao"),
    )
    PRC_TRAVEL_DOCUMENT = "prc_travel_document", _("PRC Travel Document")
    OTHER = "other", _("Another document")
