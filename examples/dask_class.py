"""Judge the answers of a class on every core of this machine, or of a cluster, with Dask.

    pip install 'dlcalc-exam[dask]'
    python examples/dask_class.py

`dlcalc.check` is a pure function, and what it takes and returns can be pickled: any map can spread it. This one is
Dask's; `multiprocessing.Pool.starmap` and Spark's `rdd.map` take the same function.
"""

from collections import Counter

import dlcalc

EXERCISE = ("conv", {"in": 28, "k": 3, "filters": 25})
ANSWERS = [{"out": out, "params": params} for out in (26, 25, 27, 28) for params in (250, 225, 26, 6500)]


def judged(answers):
    """Judge what one student handed in; a function of a module, so that other processes find it."""
    return dlcalc.check(*EXERCISE, answers)


def main(workers=2):
    """Judge all answers on a cluster of this machine; return how often each misconception was found."""
    from dask.distributed import Client

    with Client(n_workers=workers, threads_per_worker=1, dashboard_address=None) as client:
        reports = client.gather(client.map(judged, ANSWERS))
    return Counter(name for report in reports for each in report.verdicts.values() for name in each.misconceptions)


if __name__ == "__main__":  # the cluster's processes import this file, and must not start clusters of their own
    for name, count in main().most_common():
        print(f"{count:3} {name}")
