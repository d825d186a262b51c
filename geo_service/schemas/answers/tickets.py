"""Tickets to the city-operation platform, and counts reported about places."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from geo_service.schemas.answers.common import Moment, MonthText

TicketState = Literal["draft", "sent", "answered", "withdrawn"]
TicketReply = Literal["accepted", "visited_access", "visited_no_access", "returned"]


class TicketStep(TypedDict):
    at: Moment
    state: TicketState
    answer: NotRequired[TicketReply]
    reference: NotRequired[str | None]
    """平台编号 / the platform's own reference"""


class SentTicket(TypedDict):
    """A ticket for a joint visit (SG-12): the place, and how far it is."""

    id: str
    kind: str
    state: TicketState
    revision: int
    created_at: Moment
    dwelling_code: str
    address: str | None
    room_number: str | None
    building_code: str | None
    committee_code: str | None
    lon: float | None
    """楼栋内一点，EPSG:4326 / a point in the building, EPSG:4326"""
    lat: float | None
    steps: list[TicketStep]


class TicketMoved(TypedDict):
    id: str
    state: TicketState
    revision: int


class TicketEvent(TypedDict):
    """What happened to a ticket, when, by which account."""

    at: Moment
    account: str
    state: TicketState
    visits: NotRequired[list[Moment]]
    """未能入户的走访 / the visits without access"""
    answer: NotRequired[TicketReply]
    reference: NotRequired[str | None]


class Ticket(TypedDict):
    """A ticket as those who plan inspections see it."""

    id: str
    dwelling_code: str
    kind: str
    state: TicketState
    revision: int
    history: list[TicketEvent]
    created_at: Moment


class ReportsTaken(TypedDict):
    taken: int
    repeated: int
    """此前已收 / were here already"""


class ChangeReportRow(TypedDict):
    """So many complaints or changes about a building in a month."""

    month: MonthText
    id: str
    building_code: str
    kind: Literal["complaint", "change"]
    topic: str
    source: str
    n: int
    received_at: Moment
