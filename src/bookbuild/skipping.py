"""A pytest plugin that says by its exit status that every test was skipped."""

from bookbuild.gates import SKIPPED


def pytest_sessionfinish(session, exitstatus):
    """Turn a success in which no test passed into ``SKIPPED``."""
    outcomes = session.config.pluginmanager.get_plugin("terminalreporter").stats
    if exitstatus == 0 and not outcomes.get("passed"):
        session.exitstatus = SKIPPED
