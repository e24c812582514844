"""What stage 03 says of movement on the journey: from touchpoint to touchpoint, between channels, in time."""

from __future__ import annotations

from personas.estimates import Estimate, Frozen


class Transition(Frozen):
    """What follows a contact: another touchpoint, or nothing (`after` is "") within the days looked at.

    share : of the contacts at `before`; usual : how often `after` follows a contact at any touchpoint
    """

    before: str
    after: str
    share: Estimate
    usual: float


class SwitchCost(Frozen):
    """How the next contact goes for those who changed the channel, and for those who stayed.

    better : which direction is good; stayed is weighted to the touchpoints and channels that the switchers came to
    difference : switched less stayed, associated and not caused
    """

    key: str
    label: str
    better: str
    switched: Estimate
    stayed: Estimate
    difference: Estimate


class Movement(Frozen):
    """How a group moves. days : how far apart two contacts may be to count as one following the other

    switches : the share of following contacts in another channel; channels : which channel follows which
    """

    days: int
    transitions: tuple[Transition, ...]
    channels: tuple[Transition, ...] = ()
    switches: Estimate | None = None
    costs: tuple[SwitchCost, ...] = ()


class PathStep(Frozen):
    """One step of the composite path, shared by `customers`.

    days : median since the first contact, among those who took the step; share : of the group's customers
    feeling : −2 to +2, as on the journey
    """

    stage: str
    touchpoint: str
    channel: str
    days: Estimate
    share: Estimate
    feeling: Estimate
    customers: int


class Path(Frozen):
    """The composite path of a group: what most have in common, in order. Nobody need have walked all of it.

    basis : whose paths, in words; customers : how many; horizon : days followed; None where nothing is dated
    """

    basis: str
    customers: int
    horizon: int | None
    steps: tuple[PathStep, ...]
