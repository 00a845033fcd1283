#!/usr/bin/python3
"""Hands in a report and follows it to its end: example.py [--until TYPE]"""
import os, sys, uuid, msgpack, zmq

END = sys.argv[2:] or ["report.refused", "report.merged", "casefile.archived"]

def talk(endpoint, frames):
    while True:  # after a silence, once more: the same bytes again are safe
        socket = zmq.Context.instance().socket(zmq.DEALER)
        socket.linger = 0
        socket.connect(f"ipc://{os.environ.get('HUYING_RUN', '/run/huying')}/{endpoint}")
        socket.send_multipart(frames())
        while socket.poll(6000):
            word, _, *rest = socket.recv_multipart()
            yield socket, word, *rest

def follow(seq, **filters):
    def opening():
        options = {"from": seq, "follow": True, **filters}
        return [b"OPEN", b"me", msgpack.packb(options)]
    for socket, word, head, *envelope in talk("log", opening):
        if word == b"ERR":
            sys.exit(msgpack.unpackb(head)["reason"])
        if word == b"EVENT":
            seq = msgpack.unpackb(head)["seq"] + 1
            socket.send_multipart([b"CREDIT", b"me", b"1"])
            yield msgpack.unpackb(envelope[0])

report = {"specversion": "1.0", "id": str(uuid.uuid4()), "source": "/example/python",
          "type": "report.submit", "division": "330122109", "data": {"channel": "app"}}
person = {"name": "王小明", "phone": "13800000000", "text": "村口的路灯坏了三天，晚上很黑。"}
event = [b"PUB", b"1", msgpack.packb(report), b"open", msgpack.packb(person)]
_, word, answer = next(talk("publish", lambda: event))
seq = msgpack.unpackb(answer)["seq"] if word == b"ACK" else sys.exit(msgpack.unpackb(answer))
answers = follow(seq, topics=["report.received/", "command.refused/"])
first = next(e for e in answers if e.get("correlationid") == report["id"])
for event in follow(seq, casefile=first["data"].get("report") or sys.exit(first["data"])):
    print(event["type"], *list(event["data"].values())[1:2])  # its second field
    if event["type"] in END: break
