"""Whose turn it is to compute: at most two at once on a server, each for a slice, then the next in line."""

from concurrent.futures import ThreadPoolExecutor

COMPUTING = 2  # the cores of a small server
SLICE = 0.025  # seconds


class Line:
    """Trainings and long experiments, in the order in which they asked: a thread takes the next when it is free."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(COMPUTING, thread_name_prefix="training")  # its queue is the line
        self.jobs: set[object] = set()  # long experiments that wait for a turn, or have it


LINE = Line()
