/* What publishers are told. */
#include "services/bus/bus.h"

#include "common/base/log.h"
#include "common/msg/wire.h"

#define PROTOCOL 1

struct str
answer_refusal(struct buf *out, const char *code, struct str field,
    struct str reason, enum retry retry, int64_t after_ms)
{
	static const char *const words[] = { "never", "later", "same_id" };

	buf_reset(out);
	wire_put_map(
	    out, 4u + (retry != RETRY_SAME_ID) + (retry == RETRY_LATER));
	wire_pair_str(out, "code", str_of(code));
	wire_pair_str(out, "field", field);
	wire_pair_str(out, "reason", reason);
	wire_pair_str(out, "retry", str_of(words[retry]));
	if (retry == RETRY_LATER)
		wire_pair_i64(out, "retry_after_ms", after_ms);
	if (retry != RETRY_SAME_ID)
		wire_pair_bool(out, "stored", false);
	must(!out->failed);
	return buf_get(out);
}

void
answer_send(struct bus *b, struct str identity, const char *word,
    struct str number, struct str body)
{
	struct str parts[4] = { identity, str_of(word), number, body };

	if (word[0] != 'A') /* NAK, UNKNOWN; ACK is counted by its status */
		b->tally.outcome[word[0] == 'N' ? 2 : 3]++;
	/* Gone or not reading: it will ask again, with the same id. */
	if (!socket_send(b->publish, parts, ARRAY_LEN(parts)))
		log_event(LEVEL_DEBUG, "answer.dropped", "%s", "");
}

void
answer_welcome(struct bus *b, struct str identity, const struct client *who)
{
	char text[CLOCK_TEXT];
	struct str parts[3] = { identity, STR("READY"), { NULL, 0 } };
	struct buf out;

	buf_init(&out, ANSWER_MAX);
	wire_put_map(&out, b->has_seal_key ? 7 : 6);
	wire_pair_i64(&out, "protocol", PROTOCOL);
	wire_pair_i64(&out, "epoch", b->epoch);
	wire_pair_i64(&out, "head", b->head);
	wire_pair_i64(&out, "window", PUBLISH_WINDOW);
	wire_pair_str(&out, "time", str_of(clock_format(b->now, text)));
	wire_pair_str(&out, "client", who->name);
	if (b->has_seal_key) {
		wire_put_str(&out, STR("intake_key"));
		wire_put_bin(&out,
		    (struct str){ (const char *)b->seal_key, SEAL_KEY_LEN });
	}
	parts[2] = buf_get(&out);
	(void)socket_send(b->publish, parts, ARRAY_LEN(parts));
	buf_fini(&out);
}

void
answer_stored(struct bus *b, const struct entry *en, int64_t seq, int64_t epoch,
    bool again)
{
	struct buf out;

	b->tally.outcome[again]++;
	buf_init(&out, ANSWER_MAX);
	wire_put_map(&out, 3);
	wire_pair_str(&out, "status", again ? STR("duplicate") : STR("stored"));
	wire_pair_i64(&out, "seq", seq);
	wire_pair_i64(&out, "epoch", epoch);
	answer_send(b, en->identity, "ACK", en->number, buf_get(&out));
	buf_fini(&out);
}

void
answer_no(struct bus *b, const struct entry *en, const char *code,
    const char *field, const char *reason, enum retry retry)
{
	struct buf out;

	if (retry != RETRY_SAME_ID)
		metric_word(&b->tally.refused, code, 1);
	buf_init(&out, ANSWER_MAX);
	answer_send(b, en->identity, retry == RETRY_SAME_ID ? "UNKNOWN" : "NAK",
	    en->number,
	    answer_refusal(&out, code, str_of(field), str_of(reason), retry,
		RETRY_AFTER_MS));
	buf_fini(&out);
}
