// Hands in a report and follows it to its end: example.mjs [--until TYPE]
import { randomUUID } from "node:crypto";
import { decode, encode } from "@msgpack/msgpack";
import { Dealer } from "zeromq";
const ends = process.argv[3] ?? "report.refused report.merged casefile.archived";
const fail = (why) => { throw new Error(why.reason); };

async function* talk(endpoint, frames) {
  for (;;) { // after a silence, once more: the same bytes again are safe
    const socket = new Dealer({ linger: 0, receiveTimeout: 6000 });
    socket.connect(`ipc://${process.env.HUYING_RUN ?? "/run/huying"}/${endpoint}`);
    await socket.send(frames());
    for (let m; (m = await socket.receive().catch(() => null)); )
      yield [socket, `${m[0]}`, ...m.slice(2)];
  }
}

async function* follow(seq, filters) {
  const open = () => ["OPEN", "me", encode({ from: seq, follow: true, ...filters })];
  for await (const [socket, word, head, envelope] of talk("log", open))
    if (word === "EVENT") {
      seq = decode(head).seq + 1;
      await socket.send(["CREDIT", "me", "1"]);
      yield decode(envelope);
    }
}

const report = { specversion: "1.0", id: randomUUID(), source: "/example/node",
  type: "report.submit", division: "330122109", data: { channel: "app" } };
const person = { name: "李小红", phone: "13900000000", text: "菜场门口占道经营，过不去。" };
const bytes = ["PUB", "1", encode(report), "open", encode(person)];
const [, word, answer] = (await talk("publish", () => bytes).next()).value;
if (word !== "ACK") fail(decode(answer));
const { seq } = decode(answer), topics = ["report.received/", "command.refused/"];
for await (const { correlationid, data: { report: casefile, ...why } } of follow(seq, { topics }))
  if (correlationid === report.id)
    for await (const { type, data } of follow(seq, { casefile: casefile ?? fail(why) })) {
      console.log(type, Object.values(data)[1] ?? ""); // its second field
      if (ends.split(" ").includes(type)) process.exit();
    }
