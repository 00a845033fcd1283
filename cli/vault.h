/* huying vault: what its parts share. */
#ifndef CLI_VAULT_H
#define CLI_VAULT_H

#include "cli/cli.h"

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
const struct db_query *vault_key_queries(size_t *n);
const struct db_query *vault_reveal_queries(size_t *n);

#endif
