/*
 * The bus as an AsyncAPI 3.0 document.  There is no ZeroMQ binding in
 * AsyncAPI, so sockets and frames stand under x-zeromq.
 */
#include "cli/schemas.h"

#include <stdio.h>

#define DRAFT_07 "application/schema+json;version=draft-07"

/* A frame sequence in one direction; frames of a message, by name. */
struct frames_row {
	const char *name;
	const char *frames; /* "a|b|c"; in [] what may be left out */
	const char *doc;
};

static const struct frames_row publish_in[] = {
	{ "HELLO", "HELLO|1|name", "Greeting; 1 is the protocol" },
	{ "PUB", "PUB|number|envelope|[sealed or open]|[part]",
	    "One event; number comes back with the answer" },
	{ "PING", "PING", "Is anybody there?" },
};
static const struct frames_row publish_out[] = {
	{ "READY", "READY|{protocol, epoch, head, window, time, intake_key}",
	    "Greeting; a sealed part is sealed to intake_key" },
	{ "ACK", "ACK|number|{status, seq, epoch}",
	    "In the journal for good; status: stored or duplicate" },
	{ "NAK", "NAK|number|{code, field, reason, retry, stored}",
	    "Not stored; retry: never or later" },
	{ "UNKNOWN", "UNKNOWN|number|{code, field, reason, retry}",
	    "Perhaps stored; send it again with the same id" },
	{ "PONG", "PONG", "Yes" },
};
static const struct frames_row live_out[] = {
	{ "event", "<type>/<division>|{epoch, seq, at, slot}|envelope",
	    "Every event once, in the order of seq" },
	{ "heartbeat", "heartbeat|{epoch, head, at}", "Once a second" },
};
static const struct frames_row log_in[] = {
	{ "OPEN",
	    "OPEN|name|{from, topics, casefile, division, follow, credit}",
	    "from: a seq, an RFC 3339 time, or \"head\"" },
	{ "CREDIT", "CREDIT|name|n", "N more events may come" },
	{ "CLOSE", "CLOSE|name", "No more of it" },
	{ "PING", "PING", "Still reading" },
};
static const struct frames_row log_out[] = {
	{ "BEGIN", "BEGIN|name|{epoch, head, next, first}", "It is open" },
	{ "EVENT", "EVENT|name|{epoch, seq, at, slot}|envelope", "One event" },
	{ "HEARTBEAT", "HEARTBEAT|name|{epoch, head, next, matched}",
	    "Once a second" },
	{ "END", "END|name|{epoch, head, next, matched}",
	    "The end, for who does not follow" },
	{ "ERR", "ERR|name|{code, reason}", "What was wrong" },
	{ "PONG", "PONG", "Yes" },
};

static const struct channel {
	const char *name;
	const char *socket; /* of the bus */
	const char *peer;
	const char *doc;
	bool commands_only;
	const struct frames_row *in;
	size_t n_in;
	const struct frames_row *out;
	size_t n_out;
} channels[] = {
	{ "publish", "ROUTER", "DEALER",
	    "Commands from outside: checked, stored, then answered", true,
	    publish_in, ARRAY_LEN(publish_in), publish_out,
	    ARRAY_LEN(publish_out) },
	{ "live", "XPUB", "SUB",
	    "Every event shortly after its commit; a slow reader loses some, "
	    "and sees it by the seq",
	    false, NULL, 0, live_out, ARRAY_LEN(live_out) },
	{ "log", "ROUTER", "DEALER",
	    "Any range of the journal, filtered, at the reader's pace; then "
	    "on as it happens, without gap or repeat",
	    false, log_in, ARRAY_LEN(log_in), log_out, ARRAY_LEN(log_out) },
};

static bool
carries(const struct channel *c, const struct msg_desc *d)
{
	return !c->commands_only || d->kind == MSG_COMMAND;
}

static void
put_frames(struct json_out *j, const char *key, const struct frames_row *rows,
    size_t n)
{
	if (n == 0)
		return;
	json_out_object(j, key);
	for (size_t i = 0; i < n; i++) {
		struct str rest = str_of(rows[i].frames), one;

		json_out_object(j, rows[i].name);
		json_out_z(j, "description", rows[i].doc);
		json_out_array(j, "frames");
		while (str_next(&rest, '|', &one))
			json_out_str(j, NULL, one);
		json_out_end(j);
		json_out_end(j);
	}
	json_out_end(j);
}

static void
put_channel_messages(struct json_out *j, const struct channel *c)
{
	char ref[128];

	json_out_object(j, "messages");
	for (size_t i = 0; i < msg_count; i++) {
		if (!carries(c, msg_all[i]))
			continue;
		(void)snprintf(ref, sizeof(ref), "#/components/messages/%s",
		    msg_all[i]->type);
		json_out_ref(j, msg_all[i]->type, ref);
	}
	json_out_end(j);
}

static void
put_channel(struct json_out *j, const struct channel *c)
{
	char ref[64];

	json_out_object(j, c->name);
	json_out_z(j, "address", c->name);
	json_out_z(j, "description", c->doc);
	json_out_array(j, "servers");
	(void)snprintf(ref, sizeof(ref), "#/servers/%s", c->name);
	json_out_ref(j, NULL, ref);
	json_out_end(j);
	put_channel_messages(j, c);
	json_out_object(j, "x-zeromq");
	json_out_z(j, "socket", c->socket);
	json_out_z(j, "peer", c->peer);
	put_frames(j, "receives", c->in, c->n_in);
	put_frames(j, "sends", c->out, c->n_out);
	json_out_end(j);
	json_out_end(j);
}

static void
put_server(struct json_out *j, const struct channel *c)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/run/huying/%s", c->name);
	json_out_object(j, c->name);
	json_out_z(j, "host", "localhost");
	json_out_z(j, "pathname", path);
	json_out_z(j, "protocol", "zmtp");
	json_out_z(j, "protocolVersion", "3.1");
	json_out_z(j, "description",
	    "ipc socket in HUYING_RUN unless the settings say otherwise");
	json_out_end(j);
}

static void
put_message_refs(struct json_out *j, const struct channel *c)
{
	char ref[128];

	json_out_array(j, "messages");
	for (size_t i = 0; i < msg_count; i++) {
		if (!carries(c, msg_all[i]))
			continue;
		(void)snprintf(ref, sizeof(ref), "#/channels/%s/messages/%s",
		    c->name, msg_all[i]->type);
		json_out_ref(j, NULL, ref);
	}
	json_out_end(j);
}

/* As seen by the bus, which is the application described here. */
static void
put_operation(struct json_out *j, const struct channel *c)
{
	char ref[64];

	(void)snprintf(ref, sizeof(ref), "#/channels/%s", c->name);
	json_out_object(j, c->name);
	json_out_z(j, "action", c->commands_only ? "receive" : "send");
	json_out_ref(j, "channel", ref);
	json_out_z(j, "summary", c->doc);
	put_message_refs(j, c);
	json_out_end(j);
}

/* The envelope, with this type and this message in it. */
static void
put_payload(struct json_out *j, const struct msg_desc *d)
{
	char ref[96];

	(void)snprintf(ref, sizeof(ref), "./%s.json", d->type);
	json_out_object(j, "payload");
	json_out_z(j, "schemaFormat", DRAFT_07);
	json_out_object(j, "schema");
	json_out_array(j, "allOf");
	json_out_ref(j, NULL, "./envelope.json");
	json_out_object(j, NULL);
	json_out_object(j, "properties");
	json_out_object(j, "type");
	json_out_z(j, "const", d->type);
	json_out_end(j);
	json_out_ref(j, "data", ref);
	json_out_end(j);
	json_out_end(j);
	json_out_end(j);
	json_out_end(j);
	json_out_end(j);
}

static void
put_message(struct json_out *j, const struct msg_desc *d)
{
	json_out_object(j, d->type);
	json_out_z(j, "name", d->type);
	json_out_z(j, "title", d->type);
	json_out_z(j, "summary", d->doc);
	json_out_z(j, "contentType", "application/cloudevents+msgpack");
	json_out_z(j, "x-kind", d->kind == MSG_COMMAND ? "command" : "fact");
	json_out_z(j, "x-owner", d->owner);
	put_payload(j, d);
	json_out_end(j);
}

static void
put_info(struct json_out *j)
{
	json_out_object(j, "info");
	json_out_z(j, "title", "Huying bus");
	json_out_z(j, "version", "1");
	json_out_z(j, "description",
	    "The message bus of a county: a township calls, the county must "
	    "answer. Events are CloudEvents 1.0.2 as msgpack maps.");
	json_out_object(j, "license");
	json_out_z(j, "name", "Apache-2.0");
	json_out_end(j);
	json_out_end(j);
}

void
schemas_asyncapi(struct buf *out)
{
	static const struct {
		const char *key;
		void (*put)(struct json_out *j, const struct channel *c);
	} parts[] = { { "servers", put_server }, { "channels", put_channel },
		{ "operations", put_operation } };
	struct json_out j;

	json_out_init(&j, out);
	json_out_object(&j, NULL);
	json_out_z(&j, "asyncapi", "3.0.0");
	put_info(&j);
	json_out_z(&j, "defaultContentType", "application/cloudevents+msgpack");
	for (size_t p = 0; p < ARRAY_LEN(parts); p++) {
		json_out_object(&j, parts[p].key);
		for (size_t i = 0; i < ARRAY_LEN(channels); i++)
			parts[p].put(&j, &channels[i]);
		json_out_end(&j);
	}
	json_out_object(&j, "components");
	json_out_object(&j, "messages");
	for (size_t i = 0; i < msg_count; i++)
		put_message(&j, msg_all[i]);
	json_out_end(&j);
	json_out_end(&j);
	json_out_end(&j);
}
