/* The vault: keys, boxes, tokens, identities. */
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

static void
test_keys_are_made_once_and_for_their_owner_alone(void **state)
{
	char before[3][100], after[100];
	size_t n[3];
	struct stat st;
	struct err e;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		n[i] = vaultdir_slurp(
		    vaultdir_paths[i], before[i], sizeof(before[i]));
		assert_int_equal(n[i], 65);
		assert_int_equal(before[i][64], '\n');
		assert_int_equal(stat(vaultdir_paths[i], &st), 0);
		assert_int_equal(st.st_mode & 07777, i == 1 ? 0644 : 0600);
	}
	/* The public key can be made again, the others are left alone. */
	assert_int_equal(unlink(vaultdir_paths[1]), 0);
	assert_int_equal(vault_keys_new(vaultdir, &e), RC_OK);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(
		    vaultdir_slurp(vaultdir_paths[i], after, sizeof(after)),
		    n[i]);
		assert_memory_equal(after, before[i], n[i]);
	}
}

static void
test_a_key_file_must_be_private_and_whole(void **state)
{
	static const struct {
		const char *text;
		mode_t mode;
		bool sound;
	} rows[] = {
		{ "0011223344556677889900112233445566778899001122334455667788"
		  "990011\n",
		    0600, true },
		{ "0011223344556677889900112233445566778899001122334455667788"
		  "990011",
		    0600, true },
		{ "0011223344556677889900112233445566778899001122334455667788"
		  "990011\n",
		    0640, false },
		{ "0011223344556677889900112233445566778899001122334455667788"
		  "990011\n",
		    0400, false },
		{ "0011223344556677889900112233445566778899001122334455667788"
		  "9900\n",
		    0600, false },
		{ "0011223344556677889900112233445566778899001122334455667788"
		  "990011ff\n",
		    0600, false },
		{ "zz11223344556677889900112233445566778899001122334455667788"
		  "990011\n",
		    0600, false },
		{ "", 0600, false },
	};
	char path[PATH_MAX];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/other.key", vaultdir);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct vault *v = NULL;
		struct err e = { .rc = RC_OK };

		vaultdir_spill(path, rows[i].text, rows[i].mode);
		assert_int_equal(vault_open(&v, vaultdir_paths[0], path, &e),
		    rows[i].sound ? RC_OK : RC_FATAL);
		assert_int_equal(v != NULL, rows[i].sound);
		/* Whatever is wrong, the key is not told. */
		assert_null(strstr(e.text, "1122334455"));
		vault_close(&v);
		(void)unlink(path);
	}
	assert_int_equal(
	    vault_open(&vaultdir_vault, "", vaultdir_paths[2], NULL), RC_FATAL);
	assert_int_equal(vault_open(&vaultdir_vault, "/nowhere/at/all",
			     vaultdir_paths[2], NULL),
	    RC_FATAL);
	assert_int_equal(
	    vault_open(&vaultdir_vault, vaultdir, vaultdir_paths[2], NULL),
	    RC_FATAL);
}

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
test_a_sealed_part_opens_for_intake_alone(void **state)
{
	struct msg_sealed_report out;
	struct str box = sealed_who();
	char *bad = arena_alloc(vaultdir_arena, box.n);
	struct err e;

	(void)state;
	assert_int_equal(
	    vault_unseal(vaultdir_vault, box, vaultdir_arena, &out, NULL, &e),
	    RC_OK);
	assert_true(str_eq(out.name, vaultdir_who.name));
	assert_true(str_eq(out.phone, vaultdir_who.phone));
	assert_true(str_eq(out.text, vaultdir_who.text));
	assert_int_equal(out.address.n, 0);
	assert_non_null(bad);
	for (size_t i = 0; i < box.n; i++) {
		memcpy(bad, box.p, box.n);
		bad[i] ^= 1;
		assert_int_equal(
		    vault_unseal(vaultdir_vault, (struct str){ bad, box.n },
			vaultdir_arena, &out, NULL, &e),
		    RC_REJECT);
		assert_int_equal(
		    vault_unseal(vaultdir_vault, (struct str){ box.p, i },
			vaultdir_arena, &out, NULL, &e),
		    RC_REJECT);
	}
}

static void
test_a_box_with_something_else_in_it_is_bad(void **state)
{
	static const struct {
		const char *plain;
		size_t n;
	} rows[] = {
		{ "", 0 },
		{ "\xc1", 1 },
		{ "\x80\x00", 2 },                 /* something behind it */
		{ "\x81\xa4name\x05", 7 },         /* not text */
		{ "\x81\xa4name\xa1\x01", 8 },     /* a control character */
		{ "\x81\xa4name\xa2\xe4\xbd", 9 }, /* half a character */
		{ "\xdf\xff\xff\xff\xff", 5 },
		{ "hello", 5 },
	};
	struct msg_sealed_report out;
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(vault_unseal(vaultdir_vault,
				     sealed(rows[i].plain, rows[i].n),
				     vaultdir_arena, &out, NULL, &e),
		    RC_REJECT);
	/* Fields that a later client may add are no harm. */
	assert_int_equal(
	    vault_unseal(vaultdir_vault, sealed("\x81\xa3new\x01", 6),
		vaultdir_arena, &out, NULL, &e),
	    RC_OK);
}

static void
test_a_token_is_the_same_each_time_and_tells_nothing(void **state)
{
	char a[VAULT_TOKEN], b[VAULT_TOKEN];

	(void)state;
	vault_token(vaultdir_vault, STR("/hotline"), STR("1"), a);
	vault_token(vaultdir_vault, STR("/hotline"), STR("1"), b);
	assert_string_equal(a, b);
	assert_int_equal(strlen(a), VAULT_TOKEN - 1);
	vault_token(vaultdir_vault, STR("/hotline1"), STR(""), b);
	assert_string_not_equal(a, b);
	vault_token(vaultdir_vault, STR("/hotline"), STR("2"), b);
	assert_string_not_equal(a, b);
}

static void
test_a_caller_is_the_same_however_the_number_is_written(void **state)
{
	static const char *const same[] = { "13812345678", "138 1234 5678",
		"+86 138-1234-5678", "１３８１２３４５６７８" };
	unsigned char first[VAULT_PERSON], other[VAULT_PERSON];
	struct msg_sealed_report r = { .phone = STR("13812345678") };

	(void)state;
	assert_true(vault_person(vaultdir_vault, &r, first));
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		r.phone = str_of(same[i]);
		assert_true(vault_person(vaultdir_vault, &r, other));
		assert_memory_equal(first, other, sizeof(first));
	}
	r.phone = STR("13812345679");
	assert_true(vault_person(vaultdir_vault, &r, other));
	assert_memory_not_equal(first, other, sizeof(first));
	r = (struct msg_sealed_report){ .id_number = STR("13812345678") };
	assert_true(vault_person(vaultdir_vault, &r, other));
	assert_memory_not_equal(first, other, sizeof(first));
	r = (struct msg_sealed_report){ .name = STR("匿名"),
		.phone = STR("无") };
	assert_false(vault_person(vaultdir_vault, &r, other));
}

static void
test_an_identity_opens_under_its_own_token_only(void **state)
{
	struct msg_sealed_report out;
	struct str a =
	    vault_lock(vaultdir_vault, "00ff", &vaultdir_who, vaultdir_arena);
	struct str b =
	    vault_lock(vaultdir_vault, "00ff", &vaultdir_who, vaultdir_arena);
	struct err e;

	(void)state;
	assert_int_equal(
	    vault_unlock(vaultdir_vault, "00ff", a, vaultdir_arena, &out, &e),
	    RC_OK);
	assert_true(str_eq(out.name, vaultdir_who.name));
	assert_true(str_eq(out.text, vaultdir_who.text));
	assert_false(str_eq(a, b));
	assert_true(str_search(a, vaultdir_who.name) == a.n);
	assert_int_equal(
	    vault_unlock(vaultdir_vault, "00fe", a, vaultdir_arena, &out, &e),
	    RC_REJECT);
	for (size_t i = 0; i < a.n; i++)
		assert_int_equal(
		    vault_unlock(vaultdir_vault, "00ff", (struct str){ a.p, i },
			vaultdir_arena, &out, &e),
		    RC_REJECT);
	assert_int_equal(
	    strlen(vault_newest(vaultdir_vault)), VAULT_KEY_ID - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_keys_are_made_once_and_for_their_owner_alone),
		cmocka_unit_test(test_a_key_file_must_be_private_and_whole),
		cmocka_unit_test(test_a_sealed_part_opens_for_intake_alone),
		cmocka_unit_test(test_a_box_with_something_else_in_it_is_bad),
		cmocka_unit_test(
		    test_a_token_is_the_same_each_time_and_tells_nothing),
		cmocka_unit_test(
		    test_a_caller_is_the_same_however_the_number_is_written),
		cmocka_unit_test(
		    test_an_identity_opens_under_its_own_token_only),
	};

	return cmocka_run_group_tests(tests, vaultdir_setup, vaultdir_teardown);
}
