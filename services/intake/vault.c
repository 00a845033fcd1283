#include "services/intake/vault.h"

#include "common/msg/digits.h"
#include "common/msg/wire.h"
#include "services/intake/vault_keys.h"

#include <sodium.h>
#include <stdlib.h>

#define PLAIN_MAX WIRE_BODY_MAX

struct vault {
	unsigned char box_public[crypto_box_PUBLICKEYBYTES];
	unsigned char box_secret[crypto_box_SECRETKEYBYTES];
	/* Each use has its own key, made from the vault's. */
	unsigned char identity[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
	unsigned char token[crypto_generichash_KEYBYTES];
	unsigned char person[crypto_generichash_KEYBYTES];
	char key_id[VAULT_KEY_ID];
};

static void
derive(unsigned char *out, size_t n, uint64_t number, const char *use,
    const unsigned char *master)
{
	must(crypto_kdf_derive_from_key(out, n, number, use, master) == 0);
}

static void
take_keys(
    struct vault *v, const unsigned char *box, const unsigned char *master)
{
	unsigned char id[crypto_kdf_BYTES_MIN];

	memcpy(v->box_secret, box, sizeof(v->box_secret));
	must(crypto_scalarmult_base(v->box_public, v->box_secret) == 0);
	derive(v->identity, sizeof(v->identity), 1, "identity", master);
	derive(v->token, sizeof(v->token), 2, "token   ", master);
	derive(v->person, sizeof(v->person), 3, "person  ", master);
	derive(id, sizeof(id), 4, "key id  ", master);
	(void)sodium_bin2hex(
	    v->key_id, sizeof(v->key_id), id, (sizeof(v->key_id) - 1) / 2);
}

enum rc
vault_open(struct vault **vp, const char *intake_key, const char *vault_key,
    struct err *e)
{
	unsigned char box[VAULT_KEY_LEN], master[VAULT_KEY_LEN];
	struct vault *v;
	enum rc rc;

	if (sodium_init() < 0)
		return err_set(e, RC_FATAL, "libsodium does not start");
	rc = vault_key_read(intake_key, "HUYING_INTAKE_KEY", box, e);
	if (rc == RC_OK)
		rc = vault_key_read(vault_key, "HUYING_VAULT_KEY", master, e);
	if (rc == RC_OK) {
		/* Not in swap, and wiped when it is freed. */
		v = sodium_malloc(sizeof(*v));
		must(v != NULL);
		take_keys(v, box, master);
		*vp = v;
	}
	sodium_memzero(box, sizeof(box));
	sodium_memzero(master, sizeof(master));
	return rc;
}

void
vault_close(struct vault **vp)
{
	sodium_free(*vp);
	*vp = NULL;
}

/* Checked like anything from outside: the sender packed it. */
static enum rc
read_plain(struct str plain, struct arena *arena, struct msg_sealed_report *out,
    struct err *e)
{
	struct wire_fault fault;
	struct str kept = arena_str(arena, plain);

	if (!wire_check(kept, &fault) ||
	    msg_decode(&msg_sealed_report_desc, kept, MSG_LENIENT, out, arena,
		NULL) != RC_OK)
		return err_set(e, RC_REJECT,
		    "the sealed part holds no sound sealed_report");
	return RC_OK;
}

enum rc
vault_unseal(const struct vault *v, struct str box, struct arena *arena,
    struct msg_sealed_report *out, struct err *e)
{
	unsigned char *plain;
	size_t n;
	enum rc rc;

	if (box.n <= crypto_box_SEALBYTES ||
	    box.n - crypto_box_SEALBYTES > PLAIN_MAX)
		return err_set(e, RC_REJECT, "no sealed box is so long");
	n = box.n - crypto_box_SEALBYTES;
	plain = xmalloc(n);
	if (crypto_box_seal_open(plain, (const unsigned char *)box.p, box.n,
		v->box_public, v->box_secret) != 0)
		rc = err_set(
		    e, RC_REJECT, "the sealed box does not open with our key");
	else
		rc = read_plain(
		    (struct str){ (const char *)plain, n }, arena, out, e);
	sodium_memzero(plain, n);
	free(plain);
	return rc;
}

static void
hash_str(crypto_generichash_state *h, struct str s)
{
	uint64_t n = s.n;

	must(crypto_generichash_update(
		 h, (const unsigned char *)&n, sizeof(n)) == 0);
	if (s.n > 0)
		must(crypto_generichash_update(
			 h, (const unsigned char *)s.p, s.n) == 0);
}

static void
hash_two(const unsigned char *key, struct str a, struct str b,
    unsigned char *out, size_t n)
{
	crypto_generichash_state h;

	must(crypto_generichash_init(&h, key, crypto_generichash_KEYBYTES, n) ==
	     0);
	hash_str(&h, a);
	hash_str(&h, b);
	must(crypto_generichash_final(&h, out, n) == 0);
}

void
vault_token(const struct vault *v, struct str source, struct str id,
    char token[VAULT_TOKEN])
{
	unsigned char hash[(VAULT_TOKEN - 1) / 2];

	hash_two(v->token, source, id, hash, sizeof(hash));
	(void)sodium_bin2hex(token, VAULT_TOKEN, hash, sizeof(hash));
}

/* The digits alone, and of a phone the last eleven: +86 is nobody's. */
static struct str
digits_only(struct str text, char digits[DIGITS_MAX])
{
	size_t n = 0, skip;

	for (size_t at = 0; at < text.n && n < DIGITS_MAX;) {
		char d = digit_of(str_rune(text, &at));

		if (d != 0)
			digits[n++] = d;
	}
	skip = n > 11 && n <= 15 ? n - 11 : 0;
	return (struct str){ digits + skip, n - skip };
}

bool
vault_person(const struct vault *v, const struct msg_sealed_report *who,
    unsigned char person[VAULT_PERSON])
{
	char digits[DIGITS_MAX];
	struct str number = digits_only(who->phone, digits);
	struct str kind = STR("phone");

	if (number.n < 5) {
		number = digits_only(who->id_number, digits);
		kind = STR("identity");
	}
	if (number.n < 5)
		return false;
	hash_two(v->person, kind, number, person, VAULT_PERSON);
	return true;
}

static struct str
token_str(const char *token)
{
	return (struct str){ token, strlen(token) };
}

struct str
vault_lock(const struct vault *v, const char *token,
    const struct msg_sealed_report *who, struct arena *arena)
{
	enum {
		NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
	};
	struct str ad = token_str(token);
	struct buf plain;
	unsigned char *out;
	unsigned long long n;

	buf_init(&plain, PLAIN_MAX);
	msg_encode(&msg_sealed_report_desc, who, &plain);
	must(!plain.failed);
	out = arena_alloc(arena, plain.n + VAULT_EXTRA);
	must(out != NULL);
	randombytes_buf(out, NONCE);
	must(crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE, &n,
		 (const unsigned char *)plain.p, plain.n,
		 (const unsigned char *)ad.p, ad.n, NULL, out,
		 v->identity) == 0);
	if (plain.p != NULL)
		sodium_memzero(plain.p, plain.n);
	buf_fini(&plain);
	return (struct str){ (const char *)out, NONCE + (size_t)n };
}

enum rc
vault_unlock(const struct vault *v, const char *token, struct str locked,
    struct arena *arena, struct msg_sealed_report *out, struct err *e)
{
	enum {
		NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
	};
	const unsigned char *in = (const unsigned char *)locked.p;
	struct str ad = token_str(token);
	unsigned long long n = 0;
	unsigned char *plain;
	enum rc rc;

	if (locked.n < VAULT_EXTRA || locked.n > PLAIN_MAX + VAULT_EXTRA)
		return err_set(e, RC_REJECT, "no locked identity is so long");
	plain = xmalloc(locked.n);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, &n, NULL,
		in + NONCE, locked.n - NONCE, (const unsigned char *)ad.p, ad.n,
		in, v->identity) != 0)
		rc = err_set(e, RC_REJECT,
		    "the identity does not open with key %s", v->key_id);
	else
		rc = read_plain((struct str){ (const char *)plain, (size_t)n },
		    arena, out, e);
	sodium_memzero(plain, locked.n);
	free(plain);
	return rc;
}

const char *
vault_key_id(const struct vault *v)
{
	return v->key_id;
}
