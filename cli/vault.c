/*
 * huying vault: who reported.  Everything goes through functions of the
 * database, as the role huying_vault: they write down what was done.
 */
#include "cli/vault.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: huying vault keys [--json]\n"
    "       huying vault rotate [--sealing] [--batch N]\n"
    "       huying vault relock [--batch N]\n"
    "       huying vault retire KEY\n"
    "       huying vault reveal CASEFILE --reason TEXT --as OFFICER [--json]\n"
    "       huying vault looked [CASEFILE] [--json]\n"
    "       huying vault shred [--dry-run] [--batch N]\n"
    "\n"
    "Who reports is kept encrypted, apart from everything else; events carry\n"
    "a token.  This opens it, changes its keys, and erases what is over its\n"
    "term.  Run it where the key files are, as who owns them.\n"
    "\n"
    "  keys    every key by its id, and how much it holds\n"
    "  rotate  make a new key that locks from now on, and lock everything\n"
    "          anew with it, in batches, while services run; with --sealing a\n"
    "          new pair that reports are sealed for: the old one still opens\n"
    "  relock  only lock anew: after a rotate that was interrupted\n"
    "  retire  take a key out of its file, once it holds nothing any more\n"
    "  reveal  who reported this casefile (each report of it).  Who looked "
    "and\n"
    "          why is written down first, and said as identity.revealed\n"
    "  looked  who looked, when and why\n"
    "  shred   erase identities and sealed parts whose term is over: days\n"
    "          after the archive, vault.keep of the pack's limits, and\n"
    "          vault.keep.CHANNEL or vault.keep.kind.KIND where longer.  Says\n"
    "          identity.shredded with their number.  Run it once a day\n"
    "\n"
    "  --reason TEXT  one sentence, up to 240 bytes, without personal data\n"
    "  --as OFFICER   in whose name: an officer of the pack\n"
    "  --batch N      rows in one transaction; 200 unless told\n"
    "  --dry-run      only count\n"
    "  --json         one object a line\n"
    "  --db DSN       libpq connection string\n"
    "\n"
    "Exit codes: 0 done; 1 nobody to reveal, or the key still holds\n"
    "something; 2 wrong usage; 3 no database, or no key file.\n";

static const struct word {
	const char *name;
	size_t least, most; /* words behind it */
	int (*run)(struct vault_ask *a);
} words[] = {
	{ "keys", 0, 0, vault_cmd_keys },
	{ "rotate", 0, 0, vault_cmd_rotate },
	{ "relock", 0, 0, vault_cmd_relock },
	{ "retire", 1, 1, vault_cmd_retire },
	{ "reveal", 1, 1, vault_cmd_reveal },
	{ "looked", 0, 1, vault_cmd_looked },
	{ "shred", 0, 0, vault_cmd_shred },
};

int
vault_failed(const struct err *e)
{
	cli_say("vault: %s", e->text);
	return e->rc == RC_REJECT ? EXIT_NOTHING : EXIT_CONNECT;
}

static const struct word *
find_word(const struct vault_ask *a)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t n = a->n_words - 1;

		if (strcmp(a->words[0], words[i].name) != 0)
			continue;
		if (n >= words[i].least && n <= words[i].most)
			return &words[i];
		cli_say("vault %s: %s", words[i].name,
		    n < words[i].least ? "of what?" : "one word too many");
		return NULL;
	}
	cli_say("vault: no command \"%s\"; --help lists them", a->words[0]);
	return NULL;
}

/* A later word of a DSN wins. */
static int
open_db(struct vault_ask *a)
{
	size_t n_keys, n_reveal;
	const struct db_query *keys = vault_key_queries(&n_keys);
	const struct db_query *reveal = vault_reveal_queries(&n_reveal);
	char dsn[1024];
	struct err e;
	int code;

	(void)snprintf(dsn, sizeof(dsn), "%s user=huying_vault",
	    a->dsn != NULL ? a->dsn : a->conf.db);
	code = cli_db(dsn, "vault", keys, n_keys, &a->db);
	if (code < 0 && db_prepare(a->db, reveal, n_reveal, &e) != RC_OK) {
		db_close(&a->db);
		return vault_failed(&e);
	}
	return code;
}

int
cmd_vault(int argc, char **argv)
{
	struct vault_ask a = { .words = { "", NULL } };
	const struct option_row rows[] = {
		{ "--db", &a.dsn, NULL },
		{ "--reason", &a.reason, NULL },
		{ "--as", &a.officer, NULL },
		{ "--batch", &a.batch, NULL },
		{ "--sealing", NULL, &a.sealing },
		{ "--dry-run", NULL, &a.dry_run },
		{ "--json", NULL, &a.json },
	};
	const struct options o = { usage, rows, ARRAY_LEN(rows), a.words, 2 };
	const struct word *word;
	int code = options_parse(&o, argc, argv, &a.n_words);

	if (code >= 0)
		return code;
	if (a.n_words == 0) {
		cli_say("vault: what of it? --help tells");
		return EXIT_USAGE;
	}
	word = find_word(&a);
	if (word == NULL)
		return EXIT_USAGE;
	if ((code = cli_conf(&a.conf)) >= 0 || (code = open_db(&a)) >= 0)
		return code;
	code = word->run(&a);
	db_close(&a.db);
	return code;
}
