#include "common/msg/envelope.h"

#include "common/msg/wire.h"

#include <stdio.h>

enum rc
envelope_decode(struct str body, enum msg_mode mode, struct msg_envelope *env,
    struct faults *faults)
{
	struct wire_fault fault;

	memset(env, 0, sizeof(*env));
	if (!wire_check(body, &fault)) {
		faults_add(faults, fault.code,
		    fault.key.n > 0 ? fault.key : STR("envelope"),
		    "%s (byte %zu)", wire_words(fault.code), fault.offset);
		return RC_REJECT;
	}
	/* No lists among the attributes, so no arena. */
	return msg_decode(&msg_envelope_desc, body, mode, env, NULL, faults);
}

void
envelope_encode(const struct msg_envelope *env, struct buf *out)
{
	msg_encode(&msg_envelope_desc, env, out);
}

struct str
envelope_topic(struct str type, struct str division, char text[TOPIC_MAX])
{
	int n = snprintf(
	    text, TOPIC_MAX, "%.*s/%.*s", STR_ARG(type), STR_ARG(division));

	must(n > 0 && n < TOPIC_MAX);
	return (struct str){ text, (size_t)n };
}

void
envelope_json(
    const struct msg_envelope *env, int64_t seq, int64_t at, struct buf *out)
{
	struct msg_envelope shown = *env;
	char text[CLOCK_TEXT];

	/* In JSON the format is told; on the bus it is understood. */
	shown.datacontenttype = STR("application/json");
	msg_json(&msg_envelope_desc, &shown, out);
	if (seq <= 0 || out->failed || out->n == 0)
		return;
	out->n--; /* the closing brace */
	buf_printf(out, ",\"sequence\":\"%020lld\"", (long long)seq);
	buf_printf(out, ",\"recordedtime\":\"%s\"}", clock_format(at, text));
}
