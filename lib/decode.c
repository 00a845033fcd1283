#include "lib/inside.h"

#include "common/msg/envelope.h"
#include "common/msg/wire.h"

#define JSON_ROOM ((size_t)1 << 20)

static enum huying_code
to_json(struct str bytes, struct buf *out, struct huying_error *error)
{
	enum huying_code code = HUYING_OK;
	struct msg_envelope env;
	struct faults faults;

	faults_init(&faults);
	if (envelope_decode(bytes, MSG_LENIENT, &env, &faults) != RC_OK)
		code = lib_fail(error, HUYING_INVALID, "%s: %.*s", faults.code,
		    STR_ARG(buf_get(&faults.text)));
	else
		envelope_json(&env, 0, 0, out);
	faults_fini(&faults);
	return code;
}

enum huying_code
huying_decode(const void *bytes, size_t len, char *json, size_t size,
    size_t *json_len, struct huying_error *error)
{
	enum huying_code code;
	struct buf out;

	buf_init(&out, JSON_ROOM);
	code = to_json((struct str){ bytes, len }, &out, error);
	if (code == HUYING_OK) {
		if (json_len != NULL)
			*json_len = out.n;
		if (out.failed || out.n >= size) {
			code = lib_fail(error, HUYING_FULL,
			    "%zu bytes and a NUL are needed", out.n);
		} else {
			memcpy(json, out.p, out.n);
			json[out.n] = '\0';
			code = lib_ok(error);
		}
	}
	buf_fini(&out);
	return code;
}
