/*
 * Every message and every stored row, described once: the .def rows give
 * the C struct, the descriptor, and with it codec, checks, JSON, schemas.
 */
#ifndef MSG_MSG_H
#define MSG_MSG_H

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/base/clock.h"

typedef struct str wire_str;
typedef int64_t wire_i64;
typedef double wire_f64;
typedef bool wire_bool;
typedef int64_t wire_time; /* Unix ms UTC; RFC 3339 text on the wire */
typedef struct strs wire_strs;
typedef struct str wire_map; /* bytes of a msgpack map, as they are */

enum wire_type {
	WIRE_str,
	WIRE_i64,
	WIRE_f64,
	WIRE_bool,
	WIRE_time,
	WIRE_strs, /* list of strings */
	WIRE_list, /* list of records, see LIST */
	WIRE_map,  /* any map, kept as bytes */
};

enum msg_need {
	OPTIONAL, /* zero value = absent */
	REQUIRED,
};

/* What a string holds; decides its check and how people see it. */
enum msg_look {
	LOOK_TEXT,     /* free text of people: scanned for personal data */
	LOOK_WORD,     /* letters, digits, '_', '-', '.', ':', '/', '#' */
	LOOK_ENUM,     /* one of VALUES */
	LOOK_HASH,     /* 64 hex digits, SHA-256 */
	LOOK_CASEFILE, /* 330122-26-0000417 */
	LOOK_THING,    /* id of a child of a casefile: <casefile>/T1 */
	LOOK_DIVISION, /* 6, 9, 12 or 15 digits */
	LOOK_UNIT,
	LOOK_OFFICER,
	LOOK_MATTER,
	LOOK_ITEM,  /* power item */
	LOOK_LIMIT, /* clock:amount */
	LOOK_NAME,  /* text of the pack, not of people: no scan */
};

struct msg_format {
	enum msg_look look;
	const char *values; /* "a|b|c" of an ENUM */
};

struct msg_desc;

struct msg_field {
	const char *name;
	enum wire_type type;
	size_t offset;
	enum msg_need need;
	size_t max; /* bytes of a string, entries of a list; 0 = default */
	struct msg_format format;
	const struct msg_desc *record; /* of a LIST */
	const char *doc;
};

enum msg_kind {
	MSG_COMMAND, /* asks for something; outsiders may publish it */
	MSG_FACT,    /* says what happened; only its owner publishes it */
	MSG_RECORD,  /* a part of a message */
	MSG_ROW,     /* a stored row: of a service, or of the pack */
};

struct msg_desc {
	const char *type; /* "report.submit", or a table's name */
	int version;
	enum msg_kind kind;
	const char *owner; /* service that takes the command, makes the fact */
	size_t size;
	const struct msg_field *fields;
	size_t n_fields;
	const char *doc;
};

#define MSG_STR_MAX ((size_t)16 * 1024)
#define MSG_LIST_MAX 256

/* Formats, as they stand in the .def rows. */
#define AS_IS                                                                  \
	{                                                                      \
		LOOK_WORD, NULL                                                \
	} /* not a string */
#define AS_TEXT                                                                \
	{                                                                      \
		LOOK_TEXT, NULL                                                \
	}
#define AS_WORD                                                                \
	{                                                                      \
		LOOK_WORD, NULL                                                \
	}
#define AS_ENUM(values)                                                        \
	{                                                                      \
		LOOK_ENUM, values                                              \
	}
#define AS_HASH                                                                \
	{                                                                      \
		LOOK_HASH, NULL                                                \
	}
#define AS_CASEFILE                                                            \
	{                                                                      \
		LOOK_CASEFILE, NULL                                            \
	}
#define AS_THING                                                               \
	{                                                                      \
		LOOK_THING, NULL                                               \
	}
#define AS_DIVISION                                                            \
	{                                                                      \
		LOOK_DIVISION, NULL                                            \
	}
#define AS_UNIT                                                                \
	{                                                                      \
		LOOK_UNIT, NULL                                                \
	}
#define AS_OFFICER                                                             \
	{                                                                      \
		LOOK_OFFICER, NULL                                             \
	}
#define AS_MATTER                                                              \
	{                                                                      \
		LOOK_MATTER, NULL                                              \
	}
#define AS_ITEM                                                                \
	{                                                                      \
		LOOK_ITEM, NULL                                                \
	}
#define AS_LIMIT                                                               \
	{                                                                      \
		LOOK_LIMIT, NULL                                               \
	}
#define AS_NAME                                                                \
	{                                                                      \
		LOOK_NAME, NULL                                                \
	}

/* clang-format off */

/* Structs of every message and record. */
#include "common/msg/def_struct.h"
#include "schemas/events/all.def"
#include "common/msg/def_end.h"

/* And their descriptors: msg_report_submit_desc, ... */
#include "common/msg/def_extern.h"
#include "schemas/events/all.def"
#include "common/msg/def_end.h"

/* clang-format on */

/* All messages (not records), in the order of schemas/events/all.def. */
extern const struct msg_desc *const msg_all[];
extern const size_t msg_count;
/* And all records, the envelope among them. */
extern const struct msg_desc *const msg_records[];
extern const size_t msg_record_count;

/* What stands in a struct for a list: of records, or struct strs. */
struct msg_list {
	const void *p;
	size_t n;
};

/* Whether the field holds its zero value, which means absent. */
bool msg_absent(const struct msg_field *f, const void *obj);
/* NULL when no message has this type. */
const struct msg_desc *msg_find(struct str type);
const struct msg_field *msg_field(const struct msg_desc *d, struct str name);

/* Collects every fault of one message, so that all are told at once. */
struct faults {
	char code[32];  /* of the first: "FIELD_MISSING", ... */
	char field[80]; /* of the first */
	size_t n;
	struct buf text; /* "field: what is wrong; ...", up to 4 KiB */
};
/* What is said of one fault is cut to this many bytes. */
#define FAULT_MAX 320
void faults_init(struct faults *f);
void faults_fini(struct faults *f);
void faults_add(struct faults *f, const char *code, struct str field,
    const char *fmt, ...) PRINTF(4, 5);

enum msg_mode {
	MSG_STRICT,  /* from outside: unknown field refused, text scanned */
	MSG_LENIENT, /* from the journal: unknown fields skipped, no scan */
};

/*
 * Decodes msgpack map BODY into OBJ (zeroed first), a struct of D's type.
 * Strings point into BODY, lists into ARENA.  BODY must have passed
 * wire_check().  RC_REJECT with everything wrong in FAULTS (may be NULL).
 */
enum rc msg_decode(const struct msg_desc *d, struct str body,
    enum msg_mode mode, void *obj, struct arena *arena,
    struct faults *faults) MUST_CHECK;

/* Appends OBJ as a deterministic msgpack map, absent fields left out. */
void msg_encode(const struct msg_desc *d, const void *obj, struct buf *out);

/* Checks OBJ against D as msg_decode() does (bounds, formats, required). */
enum rc msg_check(const struct msg_desc *d, const void *obj, enum msg_mode mode,
    struct faults *faults) MUST_CHECK;

/*
 * Sets field F of OBJ from TEXT as people write it in a CSV cell or an
 * option: numbers decimal, lists with '|', times RFC 3339, bool yes/no.
 */
enum rc msg_set_text(const struct msg_field *f, void *obj, struct str text,
    struct arena *arena, struct err *e) MUST_CHECK;

/* Appends OBJ as one JSON object, in field order, absent fields left out. */
void msg_json(const struct msg_desc *d, const void *obj, struct buf *out);

/* The field's place inside OBJ. */
static inline void *
msg_at(const struct msg_field *f, const void *obj)
{
	return (char *)(uintptr_t)obj + f->offset;
}

#endif
