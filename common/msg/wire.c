#include "common/msg/wire.h"

#include "common/msg/plain.h"

/* How the bytes behind a first byte are laid out. */
enum shape {
	SHAPE_BAD,   /* 0xc1 and the ext family */
	SHAPE_FIXED, /* LEN bytes of value follow */
	SHAPE_BYTES, /* LEN bytes of length, then so many bytes */
	SHAPE_ITEMS, /* LEN bytes of count, then so many entries */
};

struct head {
	enum shape shape;
	enum wire_kind kind;
	size_t len;     /* see enum shape */
	uint32_t count; /* when the first byte itself holds it */
};

/* First bytes 0xc0 to 0xdf; the fix forms around them are in head_of(). */
static const struct head heads[32] = {
	{ SHAPE_FIXED, KIND_NIL, 0, 0 }, /* c0 */
	{ SHAPE_BAD, KIND_NIL, 0, 0 },
	{ SHAPE_FIXED, KIND_BOOL, 0, 0 },
	{ SHAPE_FIXED, KIND_BOOL, 0, 1 },
	{ SHAPE_BYTES, KIND_BIN, 1, 0 }, /* c4 */
	{ SHAPE_BYTES, KIND_BIN, 2, 0 },
	{ SHAPE_BYTES, KIND_BIN, 4, 0 },
	{ SHAPE_BAD, KIND_NIL, 0, 0 }, /* c7 ext */
	{ SHAPE_BAD, KIND_NIL, 0, 0 },
	{ SHAPE_BAD, KIND_NIL, 0, 0 },
	{ SHAPE_FIXED, KIND_FLOAT, 4, 0 }, /* ca */
	{ SHAPE_FIXED, KIND_FLOAT, 8, 0 },
	{ SHAPE_FIXED, KIND_UINT, 1, 0 }, /* cc */
	{ SHAPE_FIXED, KIND_UINT, 2, 0 },
	{ SHAPE_FIXED, KIND_UINT, 4, 0 },
	{ SHAPE_FIXED, KIND_UINT, 8, 0 },
	{ SHAPE_FIXED, KIND_INT, 1, 0 }, /* d0 */
	{ SHAPE_FIXED, KIND_INT, 2, 0 },
	{ SHAPE_FIXED, KIND_INT, 4, 0 },
	{ SHAPE_FIXED, KIND_INT, 8, 0 },
	{ SHAPE_BAD, KIND_NIL, 0, 0 }, /* d4 fixext */
	{ SHAPE_BAD, KIND_NIL, 0, 0 },
	{ SHAPE_BAD, KIND_NIL, 0, 0 },
	{ SHAPE_BAD, KIND_NIL, 0, 0 },
	{ SHAPE_BAD, KIND_NIL, 0, 0 },
	{ SHAPE_BYTES, KIND_STR, 1, 0 }, /* d9 */
	{ SHAPE_BYTES, KIND_STR, 2, 0 },
	{ SHAPE_BYTES, KIND_STR, 4, 0 },
	{ SHAPE_ITEMS, KIND_ARRAY, 2, 0 }, /* dc */
	{ SHAPE_ITEMS, KIND_ARRAY, 4, 0 },
	{ SHAPE_ITEMS, KIND_MAP, 2, 0 }, /* de */
	{ SHAPE_ITEMS, KIND_MAP, 4, 0 },
};

static struct head
head_of(unsigned char b)
{
	if (b < 0x80 || b >= 0xe0)
		return (struct head){ SHAPE_FIXED, KIND_INT, 0, b };
	if (b < 0x90)
		return (struct head){ SHAPE_ITEMS, KIND_MAP, 0, b & 0x0fu };
	if (b < 0xa0)
		return (struct head){ SHAPE_ITEMS, KIND_ARRAY, 0, b & 0x0fu };
	if (b < 0xc0)
		return (struct head){ SHAPE_BYTES, KIND_STR, 0, b & 0x1fu };
	return heads[b - 0xc0];
}

static uint64_t
big_endian(const char *p, size_t len)
{
	uint64_t v = 0;

	for (size_t i = 0; i < len; i++)
		v = v << 8 | (unsigned char)p[i];
	return v;
}

/* Most texts are of printable ASCII: no need to look at runes. */
static bool
is_ascii(struct str s)
{
	unsigned other = 0;

	for (size_t i = 0; i < s.n; i++)
		other |= (unsigned char)(s.p[i] - ' ') > '~' - ' ';
	return other == 0;
}

static const char *
text_fault(struct str s)
{
	if (is_ascii(s))
		return NULL;
	if (!str_utf8_ok(s))
		return "BAD_UTF8";
	return plain_ok(s) ? NULL : "CONTROL_CHAR";
}

/* One open container of the scan, and the keys seen in it. */
struct level {
	uint64_t left; /* values still to come */
	bool map;
	bool key; /* the next value is a key */
	size_t n_keys;
	struct str keys[WIRE_KEYS_MAX];
};

struct scan {
	struct str body;
	size_t at;
	size_t nodes;
	size_t depth;
	struct level level[WIRE_DEPTH_MAX];
	struct wire_fault *fault;
};

/* The key whose value is being read, in the innermost map around it. */
static struct str
scan_where(const struct scan *s)
{
	for (size_t d = s->depth; d > 0; d--) {
		const struct level *l = &s->level[d - 1];
		bool pending = d < s->depth || !l->key;

		if (l->map && pending && l->n_keys > 0)
			return l->keys[l->n_keys - 1];
	}
	return (struct str){ NULL, 0 };
}

static bool
scan_bad(struct scan *s, const char *code)
{
	*s->fault = (struct wire_fault){ code, s->at, scan_where(s) };
	return false;
}

/* KEY is UTF-8: cut between two characters. */
static bool
scan_bad_key(struct scan *s, const char *code, struct str key)
{
	size_t n = key.n < WIRE_KEY_MAX ? key.n : WIRE_KEY_MAX;

	while (n > 0 && n < key.n && (key.p[n] & 0xc0) == 0x80)
		n--;
	*s->fault = (struct wire_fault){ code, s->at, str_cut(key, 0, n) };
	return false;
}

static bool
scan_key(struct scan *s, struct level *l, const struct wire_item *item)
{
	if (item->kind != KIND_STR)
		return scan_bad(s, "KEY_NOT_TEXT");
	if (item->s.n > WIRE_KEY_MAX)
		return scan_bad_key(s, "KEY_TOO_LONG", item->s);
	if (l->n_keys == WIRE_KEYS_MAX)
		return scan_bad_key(s, "TOO_MANY_KEYS", item->s);
	for (size_t i = 0; i < l->n_keys; i++)
		if (str_eq(l->keys[i], item->s))
			return scan_bad_key(s, "DUPLICATE_KEY", item->s);
	l->keys[l->n_keys++] = item->s;
	return true;
}

/* Reads one head, checking every length against the bytes that are left. */
static bool
scan_item(struct scan *s, struct wire_item *item)
{
	struct head h;
	uint64_t n;

	if (s->at >= s->body.n)
		return scan_bad(s, "TRUNCATED");
	h = head_of((unsigned char)s->body.p[s->at]);
	item->kind = h.kind;
	if (h.shape == SHAPE_BAD)
		return scan_bad(s, "BAD_TYPE");
	if (h.len > s->body.n - s->at - 1)
		return scan_bad(s, "TRUNCATED");
	if (h.shape == SHAPE_FIXED) {
		s->at += 1 + h.len;
		return true;
	}
	n = h.len > 0 ? big_endian(s->body.p + s->at + 1, h.len) : h.count;
	if (h.kind == KIND_MAP)
		n *= 2;
	if (n > s->body.n - s->at - 1 - h.len)
		return scan_bad(s, "LENGTH_OVERRUN");
	item->n = (uint32_t)n;
	item->s = (struct str){ s->body.p + s->at + 1 + h.len, (size_t)n };
	if (h.shape == SHAPE_BYTES && n > WIRE_STR_MAX)
		return scan_bad(s, "TOO_LONG");
	s->at += 1 + h.len + (h.shape == SHAPE_BYTES ? (size_t)n : 0);
	return true;
}

static bool
scan_open(struct scan *s, const struct wire_item *item)
{
	struct level *l;

	if (s->depth == WIRE_DEPTH_MAX)
		return scan_bad(s, "TOO_DEEP");
	if (item->n > WIRE_NODES_MAX)
		return scan_bad(s, "TOO_MANY_NODES");
	l = &s->level[s->depth++];
	l->left = item->n;
	l->map = l->key = item->kind == KIND_MAP;
	l->n_keys = 0;
	return true;
}

/* The value just read belongs to the innermost container. */
static bool
scan_count(struct scan *s, const struct wire_item *item)
{
	struct level *l = &s->level[s->depth - 1];

	if (l->map && l->key && !scan_key(s, l, item))
		return false;
	l->key = l->map && !l->key;
	l->left--;
	return true;
}

static bool
scan_value(struct scan *s)
{
	struct wire_item item = { 0 };
	const char *bad;

	if (++s->nodes > WIRE_NODES_MAX)
		return scan_bad(s, "TOO_MANY_NODES");
	if (!scan_item(s, &item))
		return false;
	if (s->depth == 0 && item.kind != KIND_MAP)
		return scan_bad(s, "NOT_A_MAP");
	if (item.kind == KIND_STR && (bad = text_fault(item.s)) != NULL)
		return scan_bad(s, bad);
	if (s->depth > 0 && !scan_count(s, &item))
		return false;
	if (item.kind == KIND_MAP || item.kind == KIND_ARRAY)
		return scan_open(s, &item);
	return true;
}

static const struct {
	const char *code;
	const char *words;
} words[] = {
	{ "FRAME_EMPTY", "is empty" },
	{ "TOO_LONG", "is too long" },
	{ "NOT_A_MAP", "is not a msgpack map" },
	{ "TRUNCATED", "ends too early" },
	{ "LENGTH_OVERRUN", "claims more bytes than there are" },
	{ "TOO_DEEP", "is nested more than 8 deep" },
	{ "TOO_MANY_NODES", "has more than 4096 values" },
	{ "TOO_MANY_KEYS", "is key 65 of one map" },
	{ "KEY_NOT_TEXT", "has a key that is not text" },
	{ "KEY_TOO_LONG", "is a key of more than 64 bytes" },
	{ "DUPLICATE_KEY", "stands there twice" },
	{ "BAD_UTF8", "is not UTF-8; send UTF-8" },
	{ "CONTROL_CHAR", "holds a control, direction or invisible character" },
	{ "BAD_TYPE", "has a type of msgpack that is not used here" },
	{ "TRAILING_BYTES", "goes on behind its end" },
};

const char *
wire_words(const char *code)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i].code, code) == 0)
			return words[i].words;
	return "is not sound";
}

bool
wire_check(struct str body, struct wire_fault *fault)
{
	/* A level is filled when it is entered; clearing 8 KiB would cost
	 * more than the rest of a small scan. */
	struct scan s __attribute__((uninitialized));

	s.body = body;
	s.at = s.nodes = s.depth = 0;
	s.fault = fault;
	*fault = (struct wire_fault){ 0 };
	if (body.n == 0)
		return scan_bad(&s, "FRAME_EMPTY");
	if (body.n > WIRE_BODY_MAX)
		return scan_bad(&s, "TOO_LONG");
	do {
		if (!scan_value(&s))
			return false;
		while (s.depth > 0 && s.level[s.depth - 1].left == 0)
			s.depth--;
	} while (s.depth > 0);
	return s.at == body.n || scan_bad(&s, "TRAILING_BYTES");
}

static double
float_of(const char *p, size_t len)
{
	uint64_t bits = big_endian(p, len);
	uint32_t bits4 = (uint32_t)bits;
	double d;
	float f;

	if (len == 4) {
		memcpy(&f, &bits4, sizeof(f));
		return (double)f;
	}
	memcpy(&d, &bits, sizeof(d));
	return d;
}

static int64_t
int_of(struct head h, const char *p)
{
	uint64_t v = big_endian(p, h.len);
	unsigned shift = (unsigned)(64 - 8 * h.len);

	if (h.len == 0)
		return (int8_t)h.count;
	return h.kind == KIND_UINT ? (int64_t)v
				   : (int64_t)(v << shift) >> shift;
}

static void
read_fixed(struct head h, const char *p, struct wire_item *item)
{
	switch (h.kind) {
	case KIND_BOOL:
		item->b = h.count == 1;
		break;
	case KIND_FLOAT:
		item->f = float_of(p, h.len);
		break;
	case KIND_UINT:
	case KIND_INT:
		item->i = int_of(h, p);
		item->kind =
		    h.kind == KIND_UINT && item->i < 0 ? KIND_UINT : KIND_INT;
		break;
	case KIND_NIL:
	case KIND_STR:
	case KIND_BIN:
	case KIND_ARRAY:
	case KIND_MAP:
		break;
	}
}

void
wire_read(struct str *rest, struct wire_item *item)
{
	struct head h = head_of((unsigned char)rest->p[0]);
	uint64_t n;

	must(rest->n > 0 && h.shape != SHAPE_BAD);
	*item = (struct wire_item){ .kind = h.kind };
	if (h.shape == SHAPE_FIXED) {
		read_fixed(h, rest->p + 1, item);
		*rest = str_cut(*rest, 1 + h.len, rest->n);
		return;
	}
	n = h.len > 0 ? big_endian(rest->p + 1, h.len) : h.count;
	*rest = str_cut(*rest, 1 + h.len, rest->n);
	item->n = (uint32_t)n;
	if (h.shape == SHAPE_BYTES) {
		item->s = str_cut(*rest, 0, (size_t)n);
		*rest = str_cut(*rest, (size_t)n, rest->n);
	}
}

struct str
wire_skip(struct str *rest)
{
	struct str from = *rest;
	struct wire_item item;

	for (uint64_t left = 1; left > 0; left--) {
		wire_read(rest, &item);
		if (item.kind == KIND_ARRAY)
			left += item.n;
		else if (item.kind == KIND_MAP)
			left += 2 * (uint64_t)item.n;
	}
	return (struct str){ from.p, from.n - rest->n };
}
