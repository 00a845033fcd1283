/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libhuying: a client of the Huying bus, for C and C++.
 *
 * Publishes events and knows of each what became of it; with a spool also
 * over the end of the process, loss of power and days without a bus.  Follows
 * the journal without gap or repeat.  docs/protocol.md says what events are.
 *
 * Ownership.  What is passed in is copied, and may go when the call returns.
 * What is handed out (outcomes, events, their texts) belongs to the object,
 * never to the caller, and is good until the next call with that object.
 * Texts are UTF-8, end with NUL, and are "" rather than NULL.
 *
 * Threads.  An object is for one thread at a time; different objects know
 * nothing of each other.  The library has no threads that call you and
 * installs no signal handlers.  Objects do not survive fork() in the child.
 * Nothing moves between calls: to publish, call huying_poll() again and
 * again; to follow, huying_next().
 *
 * Options.  The first member is the size of the struct; what you do not care
 * for is 0:
 *     struct huying_reader_options o = { .size = sizeof(o) };
 *
 * Errors.  Whatever can fail returns a code; the last argument, which may be
 * NULL, gets the same and a sentence for people.  Without memory the process
 * ends.
 */
#ifndef HUYING_H
#define HUYING_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define HUYING_API __attribute__((visibility("default")))
#else
#define HUYING_API
#endif

enum huying_code {
	HUYING_OK = 0,
	HUYING_NOTHING = 1, /* nothing came within the time */
	HUYING_END = 2,     /* the range has been read to its end */
	HUYING_FULL = 3,    /* no room now: huying_poll(), then again */
	HUYING_AWAY = 4,    /* no bus answers now; later it may */
	HUYING_INVALID = 5, /* what was given is wrong and always will be */
	HUYING_IN_USE = 6,  /* another process has this spool */
	HUYING_CUT = 7,     /* history was cut short, see huying_next() */
	HUYING_RETIRED = 8, /* not in the journal any more, see huying_next() */
	HUYING_FAILED = 9   /* this object cannot go on: close it */
};

struct huying_error {
	enum huying_code code;
	char text[240];
};

/* What CODE means, in a few words; of any int. */
HUYING_API const char *huying_strerror(int code);
/* "0.1.0": of the library that runs. */
HUYING_API const char *huying_version(void);

/* ------------------------------------------------------------- publish */

struct huying_publisher;

struct huying_publisher_options {
	size_t size;
	/*
	 * "ipc:///run/huying/publish" or "tcp://host:7401"; NULL: as the
	 * environment says (HUYING_PUBLISH, else HUYING_RUN).
	 */
	const char *endpoint;
	/* Of huying key new, for tcp://; NULL: HUYING_KEY. */
	const char *key_file;
	/* Of this client, for people; NULL: "libhuying". */
	const char *name;
	/*
	 * A directory of your own where events wait until they are answered,
	 * made if it is not there; NULL: they are kept in memory only.
	 */
	const char *spool;
	int64_t spool_bytes; /* at most, on disk; 0: 1 GiB */
	/* At huying_publisher_open(), for the bus; 0: 5000; -1: not at all. */
	int timeout_ms;
	/*
	 * Without a spool: an event without a final answer after so long is
	 * told as it is, HUYING_REFUSED or HUYING_UNKNOWN; 0: 60000.
	 */
	int give_up_ms;
};

/*
 * Sets *P, which huying_publisher_close() frees.  HUYING_AWAY: no bus
 * answers; with a spool that is no error.  HUYING_IN_USE, HUYING_INVALID:
 * the spool, the endpoint or the key file.
 */
HUYING_API enum huying_code huying_publisher_open(struct huying_publisher **p,
    const struct huying_publisher_options *options, struct huying_error *error);
/* Sets *P to NULL; NULL already is fine.  What is spooled stays there. */
HUYING_API void huying_publisher_close(struct huying_publisher **p);

/*
 * Who reports, and their words: sealed here, so that only the county's
 * intake can open it.  Any may be NULL.  Goes with "report.submit" and
 * "booking.book" alone.
 */
struct huying_person {
	const char *name;
	const char *phone;
	const char *id_number;
	const char *address;
	const char *text;
};

/*
 * Hands in one event: a CloudEvent as a JSON object (in which "id" and
 * "specversion" may be left out), or a msgpack map with all attributes.
 * PERSON and NUMBER may be NULL; *NUMBER is what its outcome will carry.
 *
 * HUYING_OK without a spool: it is sent, and gone if this process dies.
 * With a spool: it is written, survives this process, and after the next
 * huying_sync(), huying_poll() or huying_flush() also a loss of power; it
 * goes out in the last two.
 *
 * HUYING_FULL: not taken, no room.  HUYING_INVALID: not taken, the text says
 * what is wrong.  HUYING_AWAY: not taken, there is a person, and the key to
 * seal with was never told: reach the bus once.  Whether the event may be
 * what it is says the bus, in the outcome.
 */
HUYING_API enum huying_code huying_publish_json(struct huying_publisher *p,
    const char *json, size_t len, const struct huying_person *person,
    int64_t *number, struct huying_error *error);
HUYING_API enum huying_code huying_publish_msgpack(struct huying_publisher *p,
    const void *bytes, size_t len, const struct huying_person *person,
    int64_t *number, struct huying_error *error);
/* On disk, all that was handed in; without a spool nothing is to be done. */
HUYING_API enum huying_code huying_sync(
    struct huying_publisher *p, struct huying_error *error);

enum huying_status {
	HUYING_STORED = 0,    /* in the journal, flushed, under SEQ */
	HUYING_DUPLICATE = 1, /* was there before, under SEQ */
	HUYING_REFUSED = 2,   /* not stored; see code, field, reason */
	HUYING_UNKNOWN = 3    /* perhaps stored; the same again is safe */
};

struct huying_outcome {
	int64_t number; /* of huying_publish_...() */
	enum huying_status status;
	int64_t seq;        /* 0: none */
	const char *id;     /* of the event; "" if it has no sound one */
	const char *type;   /* the same */
	const char *code;   /* "BAD_ENUM" ... */
	const char *field;  /* what it is about; may be "" */
	const char *reason; /* a sentence */
	/* Not final: the same event may do better later. */
	int later;
};

/*
 * Works, up to TIMEOUT_MS (0: what can be done at once), until an event has
 * its outcome: one for each.  With a spool also those that an earlier
 * process handed in; what is refused for good is written to SPOOL/refused,
 * and none is given up before.  HUYING_NOTHING: ERROR says what hinders, if
 * something does.
 */
HUYING_API enum huying_code huying_poll(struct huying_publisher *p,
    int timeout_ms, const struct huying_outcome **outcome,
    struct huying_error *error);
/*
 * Polls until all have their outcomes, HUYING_OK, or the time is over,
 * HUYING_NOTHING.  EACH may be NULL; it must not call with P.
 */
HUYING_API enum huying_code huying_flush(struct huying_publisher *p,
    int timeout_ms,
    void (*each)(const struct huying_outcome *outcome, void *context),
    void *context, struct huying_error *error);
/* How many have no outcome yet, the spool's included. */
HUYING_API int64_t huying_unanswered(const struct huying_publisher *p);

/* -------------------------------------------------------------- follow */

struct huying_reader;

struct huying_reader_options {
	size_t size;
	/* As for publishers; of HUYING_LOG. */
	const char *endpoint;
	const char *key_file;
	/*
	 * The bus keeps your place under this name, see huying_commit(), and
	 * begins there, wherever you come from; NULL: it does not.  The rest
	 * says where to begin without a place: at from_seq, else at
	 * from_time, else at the head if from_head, else at the oldest event.
	 */
	const char *cursor;
	int64_t from_seq;
	int64_t epoch; /* in which from_seq was a place of yours; 0: any */
	const char *from_time; /* "2026-03-18T08:15:00+08:00" */
	int from_head;
	/* Ends before the first event recorded then. */
	const char *until_time;
	/* Goes on as it happens; 0: ends at the head of now. */
	int follow;
	/*
	 * Filters, of which every one given must fit.  Topics: one of up to
	 * 16, each the beginning of "TYPE/DIVISION": "call.raised/330122".
	 */
	const char *const *topics;
	size_t n_topics;
	const char *casefile; /* its number */
	const char *division; /* there and everywhere inside */
	/* Id of a report.submit: what it led to, and all of its casefile. */
	const char *report;
};

/* As for publishers; the bus need not be there yet. */
HUYING_API enum huying_code huying_reader_open(struct huying_reader **r,
    const struct huying_reader_options *options, struct huying_error *error);
/* Tells the bus the last place, and sets *R to NULL; NULL is fine. */
HUYING_API void huying_reader_close(struct huying_reader **r);

struct huying_event {
	int64_t seq;   /* its place in the journal */
	int64_t epoch; /* it was recorded in */
	int64_t at_ms; /* when: since 1970, UTC */
	const char *id;
	const char *source;
	const char *type;
	const char *subject; /* number of the casefile */
	const char *division;
	const char *correlationid;
	const char *causationid;
	const void *envelope; /* the event as it is stored, msgpack */
	size_t envelope_len;
};

/*
 * The next event, in the order of seq, within TIMEOUT_MS.  Besides:
 * HUYING_NOTHING: none came.
 * HUYING_AWAY: none can come now; calling on is right, it comes back.
 * HUYING_END: the range was read, no more will come.
 * HUYING_CUT: history was cut short; events from EVENT's seq on that you
 *     hold may not be in the journal any more.  Those that are there now
 *     follow with the next call, so their seqs are below what you saw last.
 * HUYING_RETIRED: what comes next is not in the journal any more; EVENT's
 *     seq is the oldest there is.  huying_skip() goes on, with a hole.
 * Of EVENT only seq and epoch are set in the last two.
 */
HUYING_API enum huying_code huying_next(struct huying_reader *r, int timeout_ms,
    const struct huying_event **event, struct huying_error *error);
/* The event last handed out, as CloudEvents JSON, one line; *LEN may be NULL.
 */
HUYING_API const char *huying_json(struct huying_reader *r, size_t *len);
/*
 * A field of the message in the event last handed out, as text: what a text
 * says, a number in decimal, "true", a list or a map as JSON; "" when there
 * is none.  Good until the next huying_next().
 */
HUYING_API const char *huying_field(struct huying_reader *r, const char *name);
/*
 * With a cursor: all up to SEQ, which you were handed, is worked off.  The
 * bus learns it within the second, at the latest at the close; what it did
 * not learn comes again.
 */
HUYING_API enum huying_code huying_commit(
    struct huying_reader *r, int64_t seq, struct huying_error *error);
/* After HUYING_RETIRED: goes on from SEQ. */
HUYING_API enum huying_code huying_skip(
    struct huying_reader *r, int64_t seq, struct huying_error *error);
/*
 * All below *SEQ was looked at, and what fits was handed out: with *EPOCH
 * the place to come back to (from_seq, epoch).  0: not known yet.
 */
HUYING_API void huying_place(
    const struct huying_reader *r, int64_t *epoch, int64_t *seq);

/* -------------------------------------------------------------- decode */

/*
 * BYTES are an event as it is in the journal, on the wire or in a spool (one
 * msgpack map): as CloudEvents JSON, one line and NUL, into JSON, which has
 * room for SIZE bytes.  *JSON_LEN, which may be NULL, is its length without
 * the NUL.  HUYING_FULL: the room is too small, *JSON_LEN tells what is
 * needed.  HUYING_INVALID: it is no event; the text says why.
 */
HUYING_API enum huying_code huying_decode(const void *bytes, size_t len,
    char *json, size_t size, size_t *json_len, struct huying_error *error);

#ifdef __cplusplus
}
#endif

#endif
