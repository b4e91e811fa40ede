"""The words of the synthetic résumés. Technologies are real; employers, regions and people are not.

A reader of one skill learns little: most skills belong to two or three occupations, and the common
ones to all.
"""

# One row an occupation, in the order of OCCUPATIONS: what someone of that occupation works with.
SKILLS = (
    (
        "c++", "c#", "algorithms", "unit tests", "refactoring", "design patterns", "git",
        "compilers", "multithreading", "embedded code", "desktop tools", "code review", "apis",
        "java", "python", "microservices", "debugging", "agile",
    ),
    (
        "javascript", "react", "css", "html", "accessibility", "responsive layouts", "typescript",
        "webpack", "design systems", "wireframes", "angular", "animations", "component libraries",
        "usability tests", "browser quirks", "mockups", "rest", "unit tests",
    ),
    (
        "php", "html", "css", "wordpress", "content pages", "javascript", "jquery", "mysql",
        "laravel", "web hosting", "seo", "shopping carts", "forms", "rest", "landing pages", "node",
        "apis", "site analytics",
    ),
    (
        "python", "django", "flask", "pandas", "numpy", "data pipelines", "scripting", "rest",
        "notebooks", "celery", "web scraping", "postgres", "machine learning", "pytest", "apis",
        "linux", "automation", "unit tests",
    ),
    (
        "java", "spring", "hibernate", "maven", "servlets", "junit", "microservices",
        "message queues", "jvm tuning", "soap", "rest", "gradle", "kafka", "tomcat", "apis", "sql",
        "design patterns", "multithreading",
    ),
    (
        "routers", "switches", "vlans", "firewalls", "vpn", "wireless", "cabling", "dns", "bgp",
        "voip", "packet captures", "load balancers", "monitoring", "dhcp", "site surveys",
        "help desk", "linux", "patching",
    ),
    (
        "linux", "windows servers", "virtual machines", "backups", "patching", "active directory",
        "shell scripts", "monitoring", "storage", "ansible", "help desk", "dns", "containers",
        "imaging", "mail servers", "automation", "firewalls", "scripting",
    ),
    (
        "sql", "stored procedures", "indexes", "replication", "query tuning", "backups", "postgres",
        "mysql", "data warehouses", "etl", "schema design", "disaster recovery", "partitioning",
        "reporting", "clustering", "storage", "data pipelines", "shell scripts",
    ),
    (
        "budgets", "schedules", "stakeholders", "risk registers", "agile", "scrum", "vendors",
        "scope", "status reports", "milestones", "procurement", "change control", "roadmaps",
        "kickoffs", "resource plans", "reporting", "requirements", "audits",
    ),
    (
        "incident response", "vulnerability scans", "siem", "threat models", "firewalls", "audits",
        "phishing drills", "access reviews", "forensics", "encryption", "compliance",
        "penetration tests", "intrusion alerts", "vpn", "patching", "risk registers", "malware",
        "monitoring",
    ),
)  # fmt: skip

COMMON_SKILLS = (
    "documentation", "spreadsheets", "tickets", "training", "support", "troubleshooting", "testing",
    "upgrades", "migrations", "cloud", "scripts", "deployments", "dashboards", "reviews",
    "planning", "standards", "meetings", "handovers", "inventory", "requirements",
)  # fmt: skip

# What people of that occupation are called; the first is the occupation's own name.
TITLES = (
    ("software developer", "software engineer", "application developer", "programmer"),
    ("front end developer", "ui developer", "interface developer", "front end engineer"),
    ("web developer", "webmaster", "web designer", "full stack developer"),
    ("python developer", "python engineer", "data developer", "backend developer"),
    ("java developer", "java engineer", "j2ee developer", "backend developer"),
    ("network administrator", "network engineer", "network technician", "it administrator"),
    ("systems administrator", "systems engineer", "server administrator", "it administrator"),
    ("database administrator", "dba", "data administrator", "database engineer"),
    ("project manager", "delivery manager", "program manager", "scrum master"),
    ("security analyst", "security engineer", "soc analyst", "information security officer"),
)

# Titles that say little: for those who write code, for those who run machines, for the others.
VAGUE_TITLES = (
    ("developer", "engineer", "consultant", "it specialist", "contractor", "intern"),
    ("administrator", "engineer", "technician", "it specialist", "contractor", "support analyst"),
    ("analyst", "consultant", "it specialist", "coordinator", "lead", "contractor"),
)  # fmt: skip
VAGUE_ROW = (0, 0, 0, 0, 0, 1, 1, 1, 2, 2)

# {a} and {b} are skills of the job, {t} is a thing of the employer.
DUTIES = (
    "built {a} and {b} for the {t}",
    "maintained {a} for the {t}",
    "responsible for {a}, {b} and the {t}",
    "improved {a} and {b}",
    "introduced {a} to the {t} team",
    "daily work with {a} and {b}",
    "moved the {t} to {a}",
    "wrote guides on {a} and {b}",
    "led a small group on {a}",
    "cut the cost of {a} by {n} percent",
    "used {a} and {b} to renew the {t}",
    "looked after {a} for {n} people",
)

# {o} is a title and {c} a skill of another occupation: true of a colleague, not of the writer.
ASIDES = (
    "reporting to the {o}",
    "reported to a {o} who owned {c}",
    "supported the {o} on {c}",
    "trained by a {o} in {c}",
    "worked beside a {o}, who did all {c}",
    "no hands on {c}",
    "{c} was left to the {o}",
    "handed {c} over to a {o}",
    "not involved in {c} or {d}",
    "sat with the {o} team for {c}",
)

THINGS = (
    "billing system", "booking site", "warehouse", "call centre", "payroll", "customer portal",
    "clinic records", "ticket shop", "member area", "timetable", "factory line", "archive",
    "survey", "loan desk", "catalogue", "intranet", "delivery tracker", "sensor grid",
    "claims desk", "library",
)  # fmt: skip
ADJECTIVES = (
    "dedicated", "careful", "curious", "reliable", "experienced", "versatile", "motivated",
    "patient", "organised", "practical",
)  # fmt: skip
NOUNS = ("professional", "specialist", "team player", "problem solver", "practitioner", "graduate")
SECTORS = (
    "health care", "banking", "retail", "logistics", "education", "energy", "insurance", "tourism",
    "public services", "manufacturing", "media", "agriculture",
)  # fmt: skip
REGIONS = (
    "north region", "south region", "east region", "west region", "capital region", "lake region",
    "coast region", "hill region", "remote",
)  # fmt: skip
DEGREES = ("bsc", "msc", "diploma", "certificate", "associate degree")
FIELDS = (
    "computer science", "information systems", "electronics", "mathematics", "business", "physics",
    "graphic design", "networking", "economics",
)  # fmt: skip
PRESENT = ("present", "current", "today", "now")

# Employers: three syllables and a word. Thirty-six names; any likeness to a real firm is chance.
EMPLOYERS = tuple(
    f"{first}{middle}{last} {word}"
    for first, word in (("dra", "group"), ("vel", "works"), ("quo", "services"))
    for middle in ("mi", "tu", "sho", "ne")
    for last in ("lend", "varo", "pik")
)
