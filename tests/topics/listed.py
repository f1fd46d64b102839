"""Checking the project's list of mistakes: the wrong value of each on its own instance."""

import dlcalc


def verdict(topic, inputs, name, answer):
    """Return the verdict on one answer."""
    return dlcalc.check(topic, inputs, {name: answer}).verdicts[name]


def is_named(number, topic, inputs, name, wrong):
    """Say whether the wrong value is called a mistake that carries the list's number."""
    found = verdict(topic, inputs, name, wrong)
    numbers = {n for explanation in found.explanations for n in explanation.catalogue}
    return found.verdict == "misconception" and number in numbers


def catalogued(topic):
    """Return the list's numbers that a topic declares, in its mistakes and conventions."""
    from dlcalc import topics

    found = topics.load(topic)
    return {n for item in (*found.misconceptions, *found.conventions) for n in item.catalogue}
