#include "tests/lib/vaultdir.h"

#include "services/intake/vault_keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

char vaultdir[] = "/tmp/vault-XXXXXX";
char vaultdir_paths[3][PATH_MAX];
static const char *const names[] = { "intake.key", "intake.pub", "vault.key" };
struct vault *vaultdir_vault;
struct arena *vaultdir_arena;

const struct msg_sealed_report vaultdir_who = {
	.name = { "卞小红", 9 },
	.phone = { "138-1234-5678", 13 },
	.text = { "路灯不亮", 12 },
};

int
vaultdir_setup(void **state)
{
	struct err e;

	(void)state;
	vaultdir_arena = arena_new((size_t)16 << 20);
	assert_non_null(mkdtemp(vaultdir));
	for (size_t i = 0; i < 3; i++)
		(void)snprintf(vaultdir_paths[i], sizeof(vaultdir_paths[i]),
		    "%s/%s", vaultdir, names[i]);
	assert_int_equal(vault_keys_new(vaultdir, &e), RC_OK);
	assert_int_equal(vault_open(&vaultdir_vault, vaultdir_paths[0],
			     vaultdir_paths[2], &e),
	    RC_OK);
	return 0;
}

int
vaultdir_teardown(void **state)
{
	(void)state;
	vault_close(&vaultdir_vault);
	for (size_t i = 0; i < 3; i++)
		(void)unlink(vaultdir_paths[i]);
	(void)rmdir(vaultdir);
	arena_free(&vaultdir_arena);
	return 0;
}

size_t
vaultdir_slurp(const char *path, char *text, size_t cap)
{
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(text, 1, cap, f);
	(void)fclose(f);
	return n;
}

void
vaultdir_spill(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	(void)fputs(text, f);
	(void)fclose(f);
	assert_int_equal(chmod(path, mode), 0);
}
