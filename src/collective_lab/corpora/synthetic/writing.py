"""How a synthetic career becomes a résumé: a summary, the jobs, skills and schooling, as text."""

from collective_lab.corpora.synthetic import vocabulary as words
from collective_lab.corpora.synthetic.careers import Career, related
from collective_lab.corpora.synthetic.draws import Draws

OWN_SKILL = 0.74  # a skill named in a job is of the job's occupation
NEARBY_SKILL = 0.12  # … of a related occupation; else of no occupation in particular
OWN_TITLE = 0.35  # a job's title names its occupation
ASIDE = 0.50  # a job mentions what a colleague did and the writer did not
THIRD_DUTY = 0.30  # a job has three duties, not two
WISH = 0.20  # the summary names a role that the writer would like, and does not hold
LATEST_YEAR = 2024


def resume(career: Career, draws: Draws) -> str:
    """Return the text of one résumé: lines of plain words, about 60 to 140 of them."""
    lines = [_summary(career, draws)]
    jobs = []
    year = LATEST_YEAR - int(draws.uniform() ** 2 * 4)
    for place, hats in enumerate(career.jobs):
        until = draws.pick(words.PRESENT) if place == 0 else str(year)
        year -= 1 + int(draws.uniform() * 5)
        jobs.append(_job(hats, f"{year} to {until}", draws))
    for job in reversed(jobs) if career.oldest_first else jobs:
        lines += job
    lines.append(_skills(career, draws))
    degree, field = draws.pick(words.DEGREES), draws.pick(words.FIELDS)
    lines.append(f"{degree} in {field}, {year - 1}")
    return "\n".join([line[0].upper() + line[1:] for line in lines])


def _summary(career: Career, draws: Draws) -> str:
    years = 2 + int(draws.uniform() * 20)
    adjective, noun = draws.pick(words.ADJECTIVES), draws.pick(words.NOUNS)
    line = f"{adjective} {noun} with {years} years in {draws.pick(words.SECTORS)}"
    if draws.chance(WISH):
        wished = related(career.jobs[0][0], draws)
        line += f", would like to become a {draws.pick(words.TITLES[wished])}"
    return line + "."


def _job(hats: tuple[int, ...], dates: str, draws: Draws) -> list[str]:
    occupation = draws.pick(hats)
    named = draws.chance(OWN_TITLE)
    vague = words.VAGUE_TITLES[words.VAGUE_ROW[occupation]]
    title = draws.pick(words.TITLES[occupation] if named else vague)
    lines = [f"{title}, {draws.pick(words.EMPLOYERS)}, {draws.pick(words.REGIONS)}, {dates}"]
    for _ in range(2 + draws.chance(THIRD_DUTY)):
        occupation = draws.pick(hats)
        duty = draws.pick(words.DUTIES)
        a, b = _skill(occupation, draws), _skill(occupation, draws)
        n = 5 * (1 + int(draws.uniform() * 18))
        lines.append(duty.format(a=a, b=b, t=draws.pick(words.THINGS), n=n) + ".")
    if draws.chance(ASIDE):
        other = related(occupation, draws)
        skills = words.SKILLS[other]
        aside = draws.pick(words.ASIDES)
        title = draws.pick(words.TITLES[other])
        aside = aside.format(o=title, c=draws.pick(skills), d=draws.pick(skills)) + "."
        lines.insert(1 + int(draws.uniform() * len(lines)), aside)
    return lines


def _skill(occupation: int, draws: Draws) -> str:
    u = draws.uniform()
    if u < OWN_SKILL:
        return draws.pick(words.SKILLS[occupation])
    if u < OWN_SKILL + NEARBY_SKILL:
        return draws.pick(words.SKILLS[related(occupation, draws)])
    return draws.pick(words.COMMON_SKILLS)


def _skills(career: Career, draws: Draws) -> str:
    listed = [_skill(draws.pick(draws.pick(career.jobs)), draws) for _ in range(5)]
    return "skills: " + ", ".join(dict.fromkeys(listed))
