"""Switches of the test suite."""


def pytest_addoption(parser):
    parser.addoption("--renew", action="store_true", help="write the golden sheets anew; then read the difference")
