/* One reader of the log: how it opened, how it is answered. */
#ifndef BUS_SUB_H
#define BUS_SUB_H

#include "services/bus/bus.h"

#define TOPICS_MAX 16
#define CREDIT_MAX 100000
#define STOP_NEVER INT64_MAX
#define READER_NAME_MAX 64

struct sub {
	struct str identity; /* these six: one allocation each, owned */
	struct str user;     /* whose connection it is, for access_find() */
	struct str client;   /* their name */
	struct str name;
	struct str casefile;
	struct str division;
	struct str topics[TOPICS_MAX];
	size_t n_topics;
	int64_t next;    /* last seq looked at */
	int64_t until;   /* a reader that does not follow stops here */
	int64_t stop_at; /* and any, before the first event recorded then */
	int64_t epoch;   /* in which the reader knew its place; 0: any */
	int64_t credit;
	int64_t matched; /* last seq sent */
	int64_t heard_ms;
	int64_t beat_ms;
	int64_t rest_ms; /* its queue was full: how long it is left alone, */
	int64_t wake_ms; /* and until when */
	int64_t place;   /* worked off, as the reader said */
	int64_t place_saved; /* and as the journal knows it */
	int64_t saved_ms;
	bool named; /* its place is kept */
	bool follow;
	bool ended; /* it has all; a named one waits for CLOSE */
	bool gone;
};

/* A reader with credit for 1000 events; copies what it is given. */
void sub_init(struct sub *s, struct str identity, struct str user,
    struct str client, struct str name);
void sub_fini(struct sub *s);
/* Takes the options of OPEN; NULL when all is fine, else what is wrong. */
const char *sub_options(struct bus *b, struct sub *s, struct str body);
/* NULL when C may read some of all that it asks for, else what is not. */
const char *sub_denied(const struct sub *s, const struct client *c);
/* Whether EV was asked for, and C may read it. */
bool sub_matches(
    const struct sub *s, const struct client *c, const struct window_event *ev);

/* log.c: answers */
void log_error(struct bus *b, struct str identity, struct str name,
    const char *code, const char *reason);
/* KEY, unless it is NULL, and VALUE go along. */
void log_error_with(struct bus *b, struct str identity, struct str name,
    const char *code, const char *reason, const char *key, int64_t value);
/* Whoever asks is nobody any more. */
void log_revoked(struct bus *b, struct str identity, struct str name);
/* Its place lies in a past that may have been cut off at FROM. */
void log_say_cut(struct bus *b, const struct sub *s, int64_t from);
/*
 * {epoch, head, next, <key>: value}: all that matches below next has been
 * sent.
 */
bool log_say_place(struct bus *b, struct sub *s, const char *word,
    const char *key, int64_t value);
void log_save_place(struct bus *b, struct sub *s);
void log_drop(struct bus *b, size_t i);

/* request.c: one message of a reader */
void request_take(struct bus *b, struct frames *f);

#endif
