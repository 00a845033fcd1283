/* Keys of the vault that come and go while it is open. */
#include "tests/lib/vaultdir.h"
#include "services/intake/vault_keys.h"
#include "common/msg/wire.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct str
sealed(const void *plain, size_t n)
{
	unsigned char public_key[crypto_box_PUBLICKEYBYTES];
	unsigned char *box =
	    arena_alloc(vaultdir_arena, n + crypto_box_SEALBYTES);
	char hex[65];

	assert_non_null(box);
	(void)vaultdir_slurp(vaultdir_paths[1], hex, sizeof(hex));
	assert_int_equal(sodium_hex2bin(public_key, sizeof(public_key), hex, 64,
			     NULL, NULL, NULL),
	    0);
	assert_int_equal(crypto_box_seal(box, plain, n, public_key), 0);
	return (struct str){ (const char *)box, n + crypto_box_SEALBYTES };
}

static struct str
sealed_who(void)
{
	struct buf b;
	struct str box;

	buf_init(&b, WIRE_BODY_MAX);
	msg_encode(&msg_sealed_report_desc, &vaultdir_who, &b);
	box = sealed(b.p, b.n);
	buf_fini(&b);
	return box;
}

static void
add_key_to(const char *path, enum vault_use use)
{
	struct vault_ring ring;
	struct err e;

	assert_int_equal(vault_ring_read(path, "test", &ring, &e), RC_OK);
	assert_int_equal(vault_ring_add(&ring, &e), RC_OK);
	assert_int_equal(vault_ring_write(path, use, &ring, &e), RC_OK);
	if (use == VAULT_SEAL)
		assert_int_equal(
		    vault_public_write(vaultdir_paths[1], &ring, &e), RC_OK);
}

static void
drop_first_of(const char *path, enum vault_use use)
{
	struct vault_ring ring;
	struct err e;

	assert_int_equal(vault_ring_read(path, "test", &ring, &e), RC_OK);
	vault_ring_drop(&ring, 0);
	assert_int_equal(vault_ring_write(path, use, &ring, &e), RC_OK);
}

static void
test_a_new_key_locks_and_old_ones_open(void **state)
{
	char first[VAULT_KEY_ID];
	struct str old = vault_lock(
		       vaultdir_vault, "00ff", &vaultdir_who, vaultdir_arena),
		   fresh;
	struct msg_sealed_report out;
	struct err e;

	(void)state;
	(void)snprintf(
	    first, sizeof(first), "%s", vault_newest(vaultdir_vault));
	add_key_to(vaultdir_paths[2], VAULT_LOCK);
	assert_string_equal(vault_newest(vaultdir_vault), first);
	assert_int_equal(vault_refresh(vaultdir_vault, &e), RC_OK);
	assert_string_not_equal(vault_newest(vaultdir_vault), first);
	fresh =
	    vault_lock(vaultdir_vault, "00ff", &vaultdir_who, vaultdir_arena);
	assert_int_equal(
	    vault_unlock(vaultdir_vault, "00ff", old, vaultdir_arena, &out, &e),
	    RC_OK);
	assert_true(str_eq(out.name, vaultdir_who.name));
	drop_first_of(vaultdir_paths[2], VAULT_LOCK);
	assert_int_equal(vault_refresh(vaultdir_vault, &e), RC_OK);
	assert_int_equal(
	    vault_unlock(vaultdir_vault, "00ff", old, vaultdir_arena, &out, &e),
	    RC_REJECT);
	assert_int_equal(vault_unlock(vaultdir_vault, "00ff", fresh,
			     vaultdir_arena, &out, &e),
	    RC_OK);
	assert_true(str_eq(out.phone, vaultdir_who.phone));
}

static void
test_boxes_for_the_previous_public_key_still_open(void **state)
{
	const char *first = NULL, *second = NULL;
	struct msg_sealed_report out;
	struct str old = sealed_who();
	struct err e;

	(void)state;
	add_key_to(vaultdir_paths[0], VAULT_SEAL);
	assert_int_equal(vault_refresh(vaultdir_vault, &e), RC_OK);
	assert_int_equal(
	    vault_unseal(vaultdir_vault, old, vaultdir_arena, &out, &first, &e),
	    RC_OK);
	assert_true(str_eq(out.name, vaultdir_who.name));
	assert_int_equal(vault_unseal(vaultdir_vault, sealed_who(),
			     vaultdir_arena, &out, &second, &e),
	    RC_OK);
	assert_string_not_equal(first, second);
	drop_first_of(vaultdir_paths[0], VAULT_SEAL);
	assert_int_equal(vault_refresh(vaultdir_vault, &e), RC_OK);
	assert_int_equal(
	    vault_unseal(vaultdir_vault, old, vaultdir_arena, &out, &first, &e),
	    RC_REJECT);
	assert_null(first);
}

/* Whoever had a token keeps it, when every key of then has gone. */
static void
test_tokens_and_callers_outlive_their_key(void **state)
{
	unsigned char person[2][VAULT_PERSON];
	char token[2][VAULT_TOKEN];
	struct err e;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		vault_token(
		    vaultdir_vault, STR("/hotline"), STR("1"), token[i]);
		assert_true(
		    vault_person(vaultdir_vault, &vaultdir_who, person[i]));
		add_key_to(vaultdir_paths[2], VAULT_LOCK);
		drop_first_of(vaultdir_paths[2], VAULT_LOCK);
		assert_int_equal(vault_refresh(vaultdir_vault, &e), RC_OK);
	}
	assert_string_equal(token[0], token[1]);
	assert_memory_equal(person[0], person[1], VAULT_PERSON);
}

static void
test_a_file_that_went_bad_changes_nothing(void **state)
{
	char id[VAULT_KEY_ID], text[2000] = "";
	size_t n = vaultdir_slurp(vaultdir_paths[2], text, sizeof(text) - 1);
	struct err e;

	(void)state;
	(void)snprintf(id, sizeof(id), "%s", vault_newest(vaultdir_vault));
	vaultdir_spill(vaultdir_paths[2], "no key\n", 0600);
	assert_int_equal(vault_refresh(vaultdir_vault, &e), RC_FATAL);
	assert_string_equal(vault_newest(vaultdir_vault), id);
	text[n] = '\0';
	vaultdir_spill(vaultdir_paths[2], text, 0600);
	assert_int_equal(vault_refresh(vaultdir_vault, &e), RC_OK);
	assert_string_equal(vault_newest(vaultdir_vault), id);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_new_key_locks_and_old_ones_open),
		cmocka_unit_test(
		    test_boxes_for_the_previous_public_key_still_open),
		cmocka_unit_test(test_tokens_and_callers_outlive_their_key),
		cmocka_unit_test(test_a_file_that_went_bad_changes_nothing),
	};

	return cmocka_run_group_tests(tests, vaultdir_setup, vaultdir_teardown);
}
