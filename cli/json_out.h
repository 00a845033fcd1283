/* JSON for people's eyes: indented, members in the order they were put. */
#ifndef CLI_JSON_OUT_H
#define CLI_JSON_OUT_H

#include "common/base/buf.h"

#define JSON_OUT_DEPTH 24

struct json_out {
	struct buf *buf; /* borrowed */
	size_t depth;
	char ends[JSON_OUT_DEPTH]; /* what closes each level */
	bool first;                /* nothing stands in this level yet */
};

/*
 * KEY is the member's name inside an object; NULL inside an array and at
 * the top.  Each json_out_object() and _array() needs its json_out_end().
 */
void json_out_init(struct json_out *j, struct buf *buf);
void json_out_object(struct json_out *j, const char *key);
void json_out_array(struct json_out *j, const char *key);
void json_out_end(struct json_out *j);
void json_out_str(struct json_out *j, const char *key, struct str value);
void json_out_z(struct json_out *j, const char *key, const char *value);
void json_out_int(struct json_out *j, const char *key, int64_t value);
void json_out_bool(struct json_out *j, const char *key, bool value);
/* {"$ref": TO} */
void json_out_ref(struct json_out *j, const char *key, const char *to);

/* Appends VALUE, which is sound JSON on one line, over several. */
void json_out_indent(struct buf *out, struct str value);

#endif
