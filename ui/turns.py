"""Whose turn it is to compute: at most two trainings at once on a server, each for a slice, then the next in line."""

from concurrent.futures import ThreadPoolExecutor

COMPUTING = 2  # the cores of a small server
SLICE = 0.025  # seconds
POOL = ThreadPoolExecutor(COMPUTING, thread_name_prefix="training")  # its queue is the line
