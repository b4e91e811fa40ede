"""The workflows: nothing is published that was not proved, and no input is executed."""

import re

import pytest
import yaml

from support.books import THIS_BOOK

FOLDER = THIS_BOOK.root / ".github" / "workflows"
NAMES = ("test", "gpu")
# The first major version of each action that runs on Node 24; runners have no older Node.
FIRST = {
    "actions/checkout": 5,
    "actions/setup-python": 6,
    "actions/upload-artifact": 6,
    "actions/configure-pages": 6,
    "actions/upload-pages-artifact": 5,
    "actions/deploy-pages": 5,
}


def workflow(name: str) -> dict:
    """Return a workflow, with `on` as the key that it is, not as YAML's word for true."""
    read = yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
    return {"on" if key is True else key: value for key, value in read.items()}


def steps(name: str) -> list[dict]:
    """Return the steps of all jobs of a workflow."""
    return [step for job in workflow(name)["jobs"].values() for step in job["steps"]]


def test_every_workflow_is_looked_at():
    assert {path.stem for path in FOLDER.iterdir()} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_workflow_can_only_read_unless_a_job_says_more(name):
    assert workflow(name)["permissions"] == {"contents": "read"}
    assert "pull_request_target" not in workflow(name)["on"]
    assert "concurrency" in workflow(name)


@pytest.mark.parametrize("name", NAMES)
def test_actions_run_on_the_node_that_runners_have(name):
    for action, major in (step["uses"].split("@v") for step in steps(name) if "uses" in step):
        assert int(major) >= FIRST[action], action


@pytest.mark.parametrize("name", NAMES)
def test_no_expression_becomes_part_of_a_command(name):
    assert not [step["run"] for step in steps(name) if "${{" in step.get("run", "")]


def test_only_a_proved_commit_of_main_is_published():
    jobs = workflow("test")["jobs"]
    deploying = {
        name
        for name, job in jobs.items()
        if any("deploy-pages" in step.get("uses", "") for step in job["steps"])
    }
    assert deploying == {"publish"}
    publish = jobs["publish"]
    assert set(publish["needs"]) == jobs.keys() - deploying
    assert "github.ref == 'refs/heads/main'" in publish["if"]
    assert "always()" not in publish["if"]
    assert not any("checkout" in step.get("uses", "") or "run" in step for step in publish["steps"])
    writing = {name for name, job in jobs.items() if "write" in job.get("permissions", {}).values()}
    assert writing == deploying


def test_a_commit_of_a_pull_request_is_proved_once():
    assert workflow("test")["on"]["push"] == {"branches": ["main"]}


def test_jobs_that_read_history_have_all_of_it():
    jobs = workflow("test")["jobs"]
    for name in ("library", "book"):
        [checkout] = [step for step in jobs[name]["steps"] if "checkout" in step.get("uses", "")]
        assert checkout["with"]["fetch-depth"] == 0


def test_the_oldest_python_is_among_those_that_are_tried():
    package = (THIS_BOOK.root / "pyproject.toml").read_text(encoding="utf-8")
    [oldest] = re.findall(r'requires-python = ">=([\d.]+)"', package)
    tried = workflow("test")["jobs"]["library"]["strategy"]["matrix"]["python"]
    assert tried[0] == oldest
    assert len(tried) == 4
