#!/usr/bin/python3
# Hands in one report and follows it to its end.  Debian: python3-zmq,
# python3-msgpack.  Run: HUYING_RUN=... python3 example.py [--until TYPE]
import os, sys, uuid, msgpack, zmq

run = os.environ.get("HUYING_RUN", "/run/huying")
ends = sys.argv[2:3] or ["report.refused", "report.merged", "casefile.archived"]
context = zmq.Context()

def connect(endpoint):
    socket = context.socket(zmq.DEALER)
    socket.linger = 0
    socket.connect(f"ipc://{run}/{endpoint}")
    return socket

def events(start, **filters):
    """Every event from START on; asks anew after a silence."""
    while True:
        log = connect("log")
        wanted = {"from": start, "follow": True, "credit": 1000, **filters}
        log.send_multipart([b"OPEN", b"me", msgpack.packb(wanted)])
        while log.poll(6000):
            word, _, head, *envelope = log.recv_multipart()
            if word == b"ERR":
                sys.exit(msgpack.unpackb(head)["reason"])
            if word == b"EVENT":
                start = msgpack.unpackb(head)["seq"] + 1
                log.send_multipart([b"CREDIT", b"me", b"1"])
                yield msgpack.unpackb(envelope[0])

report = {"specversion": "1.0", "id": str(uuid.uuid4()), "source": "/example/python",
          "type": "report.submit", "division": "330122109", "data": {"channel": "app"}}
person = {"name": "王小明", "phone": "13800000000", "text": "村口的路灯坏了三天，晚上很黑。"}
publish = connect("publish")
publish.send_multipart([b"PUB", b"1", msgpack.packb(report), b"open", msgpack.packb(person)])
if not publish.poll(10000):
    sys.exit("no answer: send the same bytes again, the id makes it safe")
word, _, body = publish.recv_multipart()
answer = msgpack.unpackb(body)
print(word.decode(), answer)
