"""A cable that is slow and loses packets, for kernels with and without netem.

    slow-cable.py MARK OUTER_NAMESPACE OUTER_END HOST_NAMESPACE HOST_END MILLISECONDS PERCENT

Makes both ends and carries packets between them for as long as it runs; those towards the host
late, or never. MARK is only for being found.
"""

import collections
import ctypes
import fcntl
import os
import random
import select
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
CLONE_NEWNET = 0x40000000
LARGEST = 65536


def open_end(namespace, name):
    with open(f"/run/netns/{namespace}") as file:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(file.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"setns {namespace}")
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return end


def deliver(end, packet):
    try:
        os.write(end, packet)
    except OSError:
        pass  # A cut cable: the packet is lost.


def receive(end):
    try:
        return os.read(end, LARGEST)
    except OSError:
        return None


_, _, outer_namespace, outer_name, host_namespace, host_name, milliseconds, percent = sys.argv
outer = open_end(outer_namespace, outer_name)
host = open_end(host_namespace, host_name)
delay, loss = float(milliseconds) / 1000, float(percent) / 100
travelling = collections.deque()

while True:
    now = time.monotonic()
    while travelling and travelling[0][0] <= now:
        deliver(host, travelling.popleft()[1])
    wait = max(0, travelling[0][0] - now) if travelling else None
    readable, _, _ = select.select([outer, host], [], [], wait)
    if host in readable and (packet := receive(host)):
        deliver(outer, packet)
    if outer in readable and (packet := receive(outer)) and random.random() >= loss:
        travelling.append((time.monotonic() + delay, packet))
