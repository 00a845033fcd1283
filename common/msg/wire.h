/*
 * msgpack bytes from outside: checked in one pass before anything is
 * allocated, then read in place.  (msgpack-c reserves what a header claims:
 * five bytes can ask it for 8 GiB; so it only writes here.)
 */
#ifndef MSG_WIRE_H
#define MSG_WIRE_H

#include "common/base/buf.h"

#define WIRE_BODY_MAX ((size_t)64 * 1024)
#define WIRE_DEPTH_MAX 8
#define WIRE_NODES_MAX 4096
#define WIRE_STR_MAX ((size_t)16 * 1024)
#define WIRE_KEY_MAX 64
#define WIRE_KEYS_MAX 64 /* keys of one map */

enum wire_kind {
	KIND_NIL,
	KIND_BOOL,
	KIND_INT,
	KIND_UINT, /* only above INT64_MAX */
	KIND_FLOAT,
	KIND_STR,
	KIND_BIN,
	KIND_ARRAY,
	KIND_MAP,
};

struct wire_item {
	enum wire_kind kind;
	bool b;
	int64_t i;
	double f;
	struct str s; /* STR, BIN */
	uint32_t n;   /* entries of ARRAY, pairs of MAP */
};

/* Why bytes were refused; CODE is NULL when they were not. */
struct wire_fault {
	const char *code;
	size_t offset;
	struct str key; /* where: the key, or the one whose value it is */
};

/*
 * One well-formed map, within the bounds above, with nothing behind it;
 * text is UTF-8 and plain (plain.h); keys of a map are strings and differ.
 * FAULT's key points into BODY; it is sound text, or empty.
 * Codes: FRAME_EMPTY TOO_LONG NOT_A_MAP TRUNCATED LENGTH_OVERRUN TOO_DEEP
 * TOO_MANY_NODES TOO_MANY_KEYS KEY_NOT_TEXT KEY_TOO_LONG DUPLICATE_KEY
 * BAD_UTF8 CONTROL_CHAR BAD_TYPE TRAILING_BYTES.
 */
bool wire_check(struct str body, struct wire_fault *fault);
/* CODE as the rest of a sentence: "is not UTF-8; send UTF-8". */
const char *wire_words(const char *code);

/* Takes one header (and the bytes of a string) off checked bytes. */
void wire_read(struct str *rest, struct wire_item *item);
/* Takes one whole value off; returns its bytes. */
struct str wire_skip(struct str *rest);
/* Value of KEY in checked map BODY; empty when it is not there. */
struct str wire_find(struct str body, struct str key);
/* The same, read: NIL, "" or 0 when it is not there or of another kind. */
struct wire_item wire_get(struct str body, const char *key);
struct str wire_get_str(struct str body, const char *key);
int64_t wire_get_i64(struct str body, const char *key);

/* Appends a checked value as JSON; NaN and infinity as null. */
void wire_json(struct str value, struct buf *out);
/* Any bytes: what is not UTF-8 becomes U+FFFD, so it is JSON always. */
void wire_json_str(struct str s, struct buf *out);

/* Appending, always in the shortest form. */
void wire_put_map(struct buf *out, size_t n);
void wire_put_array(struct buf *out, size_t n);
void wire_put_str(struct buf *out, struct str s);
void wire_put_bin(struct buf *out, struct str s);
void wire_put_i64(struct buf *out, int64_t v);
void wire_put_f64(struct buf *out, double v);
void wire_put_bool(struct buf *out, bool v);
void wire_put_nil(struct buf *out);
/* One pair of a map. */
void wire_pair_str(struct buf *out, const char *key, struct str value);
void wire_pair_i64(struct buf *out, const char *key, int64_t value);
void wire_pair_bool(struct buf *out, const char *key, bool value);

#endif
