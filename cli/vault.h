/* huying vault: what its parts share. */
#ifndef CLI_VAULT_H
#define CLI_VAULT_H

#include "cli/cli.h"
#include "services/intake/vault_keys.h"

#define VAULT_BATCH 200
#define VAULT_BATCH_MAX 10000
#define VAULT_ARENA_MAX ((size_t)1 << 30)

struct vault_ask {
	struct db *db; /* as huying_vault */
	struct conf conf;
	const char *dsn;
	const char *reason;
	const char *officer;
	const char *batch;
	bool sealing;
	bool dry_run;
	bool json;
	const char *words[2];
	size_t n_words;
};

int vault_failed(const struct err *e);
int vault_cmd_keys(struct vault_ask *a);
int vault_cmd_rotate(struct vault_ask *a);
int vault_cmd_relock(struct vault_ask *a);
int vault_cmd_retire(struct vault_ask *a);
int vault_cmd_reveal(struct vault_ask *a);
int vault_cmd_looked(struct vault_ask *a);
int vault_cmd_shred(struct vault_ask *a);
/* Reads both rings; what stands in them is known to the database then. */
enum rc vault_note_files(const struct vault_ask *a, struct vault_ring rings[2],
    struct err *e) MUST_CHECK;
/* The exit code when --batch is wrong; -1: it is not. */
int vault_take_batch(const struct vault_ask *a, int64_t *batch);
/* Of no text at all a parameter would be NULL. */
struct str vault_text(const struct buf *b);
const struct db_query *vault_key_queries(size_t *n);
const struct db_query *vault_reveal_queries(size_t *n);

#endif
