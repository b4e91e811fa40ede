"""A pytest plugin that says by its exit status that every test was skipped."""

from bookbuild.gates import SKIPPED


def pytest_sessionfinish(session, exitstatus):
    """Turn a success in which no test passed into ``SKIPPED``."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:  # a worker of pytest-xdist, which reports to the session that started it
        return
    if exitstatus == 0 and not reporter.stats.get("passed"):
        session.exitstatus = SKIPPED
