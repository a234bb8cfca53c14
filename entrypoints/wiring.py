"""Every room's door, wired once: web, telephony and worker all start from `wire`."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from accounts.passwords import Passwords
from accounts.service import Accounts
from accounts.throttle import Throttle
from agents.queries import extension_of
from agents.service import Agents
from common.clock import Clock, SystemClock
from common.database import Database
from common.settings import Settings
from entrypoints.database_server import database_url
from messaging.service import Messaging
from recordings.service import Recordings
from routing.service import CallDesk
from surveys.rules import CallingHours
from surveys.service import Surveys
from telephony.instructions import Instructions
from tickets.attachments.service import Attachments
from tickets.categories.importing import CategoryList
from tickets.categories.service import Categories
from tickets.clocks.cities import Cities
from tickets.clocks.rulebook import Rulebook
from tickets.clocks.service import Clocks
from tickets.grid.photos import Photos
from tickets.grid.service import Grids
from tickets.grid.tasks import GridTasks
from tickets.imports.service import Imports
from tickets.knowledge.importing import ServiceItems
from tickets.knowledge.service import Knowledge
from tickets.moving import Limits
from tickets.places.importing import PlaceList
from tickets.progress.service import CitizensView
from tickets.search import keep_dictionary
from tickets.service import Tickets
from tickets.vendors.service import VendorRoom, open_room
from transcription.service import Transcription


@dataclass(frozen=True)
class Rooms:
    settings: Settings
    database: Database
    clock: Clock
    instructions: Instructions
    accounts: Accounts
    agents: Agents
    messaging: Messaging
    cities: Cities
    rulebook: Rulebook
    clocks: Clocks
    tickets: Tickets
    grids: Grids
    grid_tasks: GridTasks
    grid_photos: Photos
    recordings: Recordings
    calls: CallDesk
    surveys: Surveys
    transcription: Transcription
    vendors: VendorRoom
    attachments: Attachments
    categories: Categories
    imports: Imports
    knowledge: Knowledge
    progress: CitizensView


def wire(settings: Settings, database: Database | None = None, clock: Clock | None = None) -> Rooms:
    """Constructors in the order of the floors; hooks carry news upwards (a ticket that is replied to → its survey)."""
    keep_dictionary(settings.data)
    clock = clock or SystemClock()
    database = database or Database(database_url(settings))
    instructions = Instructions(clock)
    accounts = Accounts(clock, Throttle(database, clock), Passwords(), extension_of)
    agents = Agents(clock, settings, instructions)
    messaging = Messaging(clock, settings.area_name, settings.public_url)
    limits = Limits(extensions=settings.max_extensions, redos=settings.max_redos)
    cities, rulebook = Cities(accounts, settings.timezone), Rulebook(accounts)
    clocks = Clocks(clock, cities, rulebook)
    tickets = Tickets(
        clock, messaging, settings.timezone, settings.hotline_numbers[0], limits=limits, on_moved=[clocks.on_moved],
        on_written=[clocks.on_written],
    )
    surveys = Surveys(clock, instructions, calling_hours(settings), settings.node, settings.hotline_numbers, tickets=tickets)
    tickets.on_moved.append(surveys.moved)  # the last: it may move a ticket on at once
    transcription = Transcription(clock, settings, database)
    recordings = Recordings(clock, settings.recordings_dir, settings.recordings_min_free_mb, on_sealed=transcription.requested)
    calls = CallDesk(clock, settings, agents, tickets)
    knowledge = Knowledge(clock)
    imports = Imports(clock, accounts, [CategoryList(), PlaceList(), ServiceItems(knowledge)])
    attachments = Attachments(clock, settings.attachments_dir, settings.recordings_min_free_mb)
    photos = Photos(settings.grid_photos_dir)
    return Rooms(
        settings=settings, database=database, clock=clock, instructions=instructions, accounts=accounts, agents=agents,
        messaging=messaging, cities=cities, rulebook=rulebook, clocks=clocks, tickets=tickets, grids=Grids(clock),
        grid_tasks=GridTasks(clock, tickets, photos), grid_photos=photos,
        recordings=recordings, calls=calls, surveys=surveys, transcription=transcription,
        vendors=open_room(clock, settings, messaging),
        attachments=attachments, categories=Categories(accounts), imports=imports, knowledge=knowledge,
        progress=CitizensView(clock),
    )  # fmt: skip


ANY_HOUR = ("23:59:59.999999", "00:00")


def calling_hours(settings: Settings) -> CallingHours:
    """A demo's citizens are phones in a browser: nobody is woken, so unless told otherwise they are called at any hour."""
    told = {"quiet_from", "quiet_until"} & settings.model_fields_set
    quiet_from, quiet_until = ANY_HOUR if settings.demo and not told else (settings.quiet_from, settings.quiet_until)
    return CallingHours(
        timezone=settings.timezone,
        quiet_from=quiet_from,
        quiet_until=quiet_until,
        gaps=tuple(timedelta(minutes=minutes) for minutes in settings.survey_gaps_minutes),
        daily_cap=settings.survey_daily_cap,
        delay=timedelta(minutes=settings.survey_delay_minutes),
    )
