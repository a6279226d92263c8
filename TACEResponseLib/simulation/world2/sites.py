"""Four sites that scan and treat in their own ways."""

from dataclasses import dataclass

from TACEResponseLib.simulation.streams import Stream, stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """How a site differs from the mean of all, at a shift of 1."""

    name: str
    log_odds: float
    """Of response: other patients, or another hand."""
    offset_hu: float
    timing: float
    """Of the factor on arterial enhancement."""
    noise_share: float
    """Of the noise's standard deviation."""


# Each sums to 0. The site with most responders is the brightest, so that a model can learn the
# site in place of the tumor.
SITES = (
    Site(name="site-1", log_odds=-0.9, offset_hu=-9.0, timing=0.15, noise_share=-0.15),
    Site(name="site-2", log_odds=-0.3, offset_hu=-3.0, timing=-0.15, noise_share=0.25),
    Site(name="site-3", log_odds=0.3, offset_hu=3.0, timing=-0.1, noise_share=-0.25),
    Site(name="site-4", log_odds=0.9, offset_hu=9.0, timing=0.1, noise_share=0.15),
)


def draw_site(shift: float, seed: int, index: int) -> Site | None:
    """The site of a patient, with the differences that a shift asks for; `None` without any."""
    if shift == 0:
        return None
    site = SITES[int(stream(seed, index, Stream.SITE).integers(len(SITES)))]
    return scaled(site, shift)


def scaled(site: Site, shift: float) -> Site:
    """A site whose differences are as many times as large."""
    return Site(
        name=site.name,
        log_odds=shift * site.log_odds,
        offset_hu=shift * site.offset_hu,
        timing=shift * site.timing,
        noise_share=shift * site.noise_share,
    )
