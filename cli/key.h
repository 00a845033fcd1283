/* huying key: who may come over TCP, and what for. */
#ifndef CLI_KEY_H
#define CLI_KEY_H

#include "cli/cli.h"
#include "common/bus/curve.h"

#define KEY_PATTERNS 16 /* --publish and its like, each */
#define KEY_RATE 500
#define KEY_OVERLAP_MS (7 * DAY_MS)

struct key_args {
	const char *db;
	const char *words[4]; /* the command, and what follows it */
	size_t n_words;
	const char *publish[KEY_PATTERNS];
	const char *read[KEY_PATTERNS];
	const char *source[KEY_PATTERNS];
	const char *note;
	const char *rate;
	const char *burst;
	const char *out;
	const char *overlap;
	const char *at;
	bool live;
	bool ring;
	bool all;
	bool json;
};

/* One word each; they return the tool's exit code. */
int key_cmd_new(struct db *db, const struct key_args *k);
int key_cmd_rotate(struct db *db, const struct key_args *k);
int key_cmd_bus(struct db *db, const struct key_args *k);
int key_cmd_grant(struct db *db, const struct key_args *k);
int key_cmd_withdraw(struct db *db, const struct key_args *k);
int key_cmd_limit(struct db *db, const struct key_args *k);
int key_cmd_revoke(struct db *db, const struct key_args *k);
int key_cmd_list(struct db *db, const struct key_args *k);
int key_cmd_show(struct db *db, const struct key_args *k);
int key_cmd_history(struct db *db, const struct key_args *k);

/* Everything that follows is one transaction, in the name of its user. */
enum rc key_begin(struct db *db, struct err *e) MUST_CHECK;
/* One statement with texts as parameters; N_ROWS (may be NULL): it returned. */
enum rc key_do(struct db *db, const char *query, const char *const *texts,
    size_t n, size_t *n_rows, struct err *e) MUST_CHECK;
/* Prepares what the words above need. */
enum rc key_prepare(struct db *db, struct err *e) MUST_CHECK;

/* Whether VERB takes PATTERN; says on stderr why not. */
bool key_grant_ok(const char *verb, const char *pattern);
/* 1 to a million; says on stderr what WHAT must be. */
bool key_number(const char *what, const char *text, int64_t *n);

/* The bus's public half, which new clients' files are to know. */
enum rc key_add_server(
    struct db *db, const char *public_key, struct err *e) MUST_CHECK;
/*
 * For huying up: the bus's own key and one for each service, in FOLDER; made
 * and registered unless they are there.
 */
enum rc key_ensure_all(
    struct db *db, const char *folder, struct err *e) MUST_CHECK;

#endif
