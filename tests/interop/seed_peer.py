#!/usr/bin/env python3
"""A stand-in for the seed's program, written from its report, with all of its habits.

Names, messages and prints that the report quotes are as they stand there; the rest is the least that makes a program of
them. What the report leaves open:

- `if msg not in myQueries` is followed by lines that are not indented under it. As printed, a query that was seen
  before is looked up and passed on again, and a ring never comes to rest. Here the lines belong to the `if`, so that
  loops end; --repeat-known-queries gives the other reading.
- Each `recv` is parsed as one object. Two that come together are none: the exception is printed, what was read is lost,
  and the peer goes on; with --on-bad-read=exit it ends.
- A QUERY-HIT goes back for every query, with `hasFile` true or false.
- TCP is read by recv(2048), as UDP is in the report.

For tests, and without effect on the protocol: port 0 takes a free one; `listening on HOST:PORT` is printed when it
listens; --host stands in for a host name that does not resolve; each line leaves at once and whole.
"""

import argparse
import json
import os
import select
import signal
import socket
import sys
import threading
import time
import uuid

READ_SIZE = 2048
ANSWER_TIMEOUT = 5


class message:
    def __init__(self, msg):
        self.type = msg["type"]
        self.id = msg["id"]
        self.expires = time.monotonic() + ANSWER_TIMEOUT


class timeoutQueue:
    """All wait equally long, so the first is the next to time out."""

    def __init__(self):
        self.messages = []

    def addMessage(self, added):
        self.messages.append(added)

    def removeByID(self, msg):
        self.messages = [kept for kept in self.messages if kept.id != msg["id"]]

    def nextTimeout(self):
        # A signal that comes just before select() waits there until it returns, so it returns now and then.
        if not self.messages:
            return 0.2
        return min(0.2, max(0.0, self.messages[0].expires - time.monotonic()))

    def handleTimeouts(self):
        now = time.monotonic()
        while self.messages and self.messages[0].expires <= now:
            say("A {} was not answered in time".format(self.messages.pop(0).type))


def say(text, end="\n"):
    # Not by sys.stdout, which a signal handler must not enter while what it has interrupted is inside.
    os.write(sys.stdout.fileno(), "{}{}".format(text, end).encode())


def ask(question):
    say(question, end="")
    answer = sys.stdin.readline()
    if not answer:
        raise EOFError("nobody answers: {}".format(question))
    return answer.rstrip("\n")


def parse_arguments():
    parser = argparse.ArgumentParser(description="The seed's peer, as its report describes it.")
    parser.add_argument("port", type=int)
    parser.add_argument("neighbour", nargs="?", help="peerHost:peerPort")
    parser.add_argument("--host", default=socket.gethostname(), help="instead of this machine's name")
    parser.add_argument("--on-bad-read", choices=["drop", "exit"], default="drop")
    parser.add_argument("--repeat-known-queries", action="store_true")
    return parser.parse_args()


def bind_both(host, port):
    """UDP and TCP on one port number; a free one for port 0."""
    while True:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tcp.bind((host, port))
            udp.bind((host, tcp.getsockname()[1]))
            return udp, tcp
        except OSError:
            udp.close()
            tcp.close()
            if port != 0:
                raise


def come_first():
    """What has come is to be read before more comes (Settings::legacy_spacing), on a busy machine too."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -20)
    except PermissionError:
        pass  # that takes a machine that is less busy


arguments = parse_arguments()
come_first()
HOST = arguments.host
udpSocket, mainSocket = bind_both(HOST, arguments.port)
PORT = mainSocket.getsockname()[1]
mainSocket.listen()
mainSocket.setblocking(0)

# One of each for the whole program, filled anew for every use: so the `query` in myQueries is always the latest.
ping = {"type": "PING", "host": HOST, "port": PORT, "id": None}
pong = {"type": "PONG", "host": HOST, "port": PORT, "id": None}
query = {"type": "QUERY", "host": HOST, "port": PORT, "file": None, "id": None}
queryHit = {"type": "QUERY-HIT", "host": HOST, "port": PORT, "hasFile": None, "id": None}
bye = {"type": "BYE", "host": HOST, "port": PORT}

messages = timeoutQueue()
myPeers = []
myQueries = []
directory = ""


def listenData():
    try:
        udpSocket.settimeout(5)
        data11, addr11 = udpSocket.recvfrom(READ_SIZE)
        say("\nContent of requested file:\n{}\n".format(data11.decode("utf-8")))
    except socket.timeout:
        say("TIMEOUT! It seems that the file does not exist")
    except Exception as e:
        say(e)


def sendQuery(signum, frame):
    say("\n - Asking for file...")
    file = ask("Filename: ")
    query["file"] = file
    query["id"] = str(uuid.uuid1())
    # add to queries so if when I receive do not process again
    myQueries.append(query)

    udpThread = threading.Thread(target=listenData)
    udpThread.start()
    for p in myPeers:
        p.sendall(json.dumps(query).encode())
        messages.addMessage(message(query))


def terminatePeer(signum, frame):
    say("\n\nOk exiting\n")
    for p in myPeers:
        p.sendall(json.dumps(bye).encode())
    exit()


def retireveData(msg):
    """Sends the file to the asker, when it is in the directory."""
    if msg["file"] not in os.listdir(directory):
        return False
    with open(os.path.join(directory, msg["file"]), "rb") as file:
        content = file.read()
    try:
        udpSocket.sendto(content, (msg["host"], msg["port"]))
    except OSError as e:  # over 65,507 bytes, or a host that does not resolve
        say(e)
        return False
    say("Sent {} to {}:{}".format(msg["file"], msg["host"], msg["port"]))
    return True


def handle(s, msg):
    if msg["type"] == "PING":
        say("PING received from peer on port: {}".format(msg["port"]))
        pong["id"] = msg["id"]
        s.sendall(json.dumps(pong).encode())
    elif msg["type"] == "PONG":
        say("PONG received, connection established successfully with peer on port: {}".format(msg["port"]))
        messages.removeByID(msg)
    elif msg["type"] == "QUERY":
        known = msg in myQueries
        if known and not arguments.repeat_known_queries:
            say("Query for {} is known".format(msg["file"]))
            return
        if not known:
            say("\nGot a query for {}".format(msg["file"]))
            myQueries.append(msg)

        # Look if I have the file
        queryHit["hasFile"] = retireveData(msg)
        queryHit["id"] = msg["id"]
        if not queryHit["hasFile"]:
            for peer in myPeers:
                # do not send to the peer that sent it
                if s is not peer:
                    # replicate query to all peers
                    say("Passing query to another peer.")
                    peer.sendall(json.dumps(msg).encode())
                    messages.addMessage(message(msg))
        s.sendall(json.dumps(queryHit).encode())
    elif msg["type"] == "QUERY-HIT":
        say("QUERY-HIT received, hasFile: {}".format(msg["hasFile"]))
        messages.removeByID(msg)
    elif msg["type"] == "BYE":
        say("A peer has closed the connection")
        s.close()
        myPeers.remove(s)


def read(s):
    try:
        data = s.recv(READ_SIZE)
        if data:
            handle(s, json.loads(data))
            return
    except (json.JSONDecodeError, UnicodeDecodeError) as e:
        say("Cannot read a message: {}".format(e))
        if arguments.on_bad_read == "exit":
            raise SystemExit(1)
        return
    except Exception as e:
        say("{}: {}".format(type(e).__name__, e))
        if not isinstance(e, ConnectionError):
            return
    say("A peer is gone without BYE")
    s.close()
    if s in myPeers:
        myPeers.remove(s)


def join(neighbour):
    host, port = neighbour.rsplit(":", 1)
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.connect((host, int(port)))
    say("Sending PING")
    ping["id"] = str(uuid.uuid3)  # the function, not a UUID: "<function uuid3 at 0x7f...>"
    s.sendall(json.dumps(ping).encode())
    messages.addMessage(message(ping))
    myPeers.append(s)


def main():
    global directory
    directory = ask("Directory: ")
    signal.signal(signal.SIGTSTP, sendQuery)
    signal.signal(signal.SIGINT, terminatePeer)
    if arguments.neighbour:
        join(arguments.neighbour)
    say("\nlistening on {}:{}".format(HOST, PORT))

    while True:
        timeout = messages.nextTimeout()
        (readable, writable, error) = select.select([mainSocket, ] + myPeers, [], [], timeout)
        for s in readable:
            if s is mainSocket:
                conn, addr = mainSocket.accept()
                myPeers.append(conn)
            else:
                read(s)
        messages.handleTimeouts()


main()
