#include "services/intake/vault.h"

#include "common/msg/digits.h"
#include "common/msg/wire.h"
#include "services/intake/vault_keys.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>

#define PLAIN_MAX WIRE_BODY_MAX

struct seal_key {
	unsigned char public[crypto_box_PUBLICKEYBYTES];
	unsigned char secret[crypto_box_SECRETKEYBYTES];
	char id[VAULT_KEY_ID];
};

struct lock_key {
	/* Each use has its own key, made from the vault's. */
	unsigned char identity[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
	char id[VAULT_KEY_ID];
};

/* Which file it is, so that a new one is noticed. */
struct mark {
	dev_t device;
	ino_t number;
	struct timespec changed;
};

struct vault {
	size_t n_seal;
	struct seal_key seal[VAULT_KEYS_MAX]; /* the newest first */
	size_t n_lock;
	struct lock_key lock[VAULT_KEYS_MAX]; /* the newest first */
	unsigned char token[crypto_generichash_KEYBYTES];
	unsigned char person[crypto_generichash_KEYBYTES];
	const char *intake_key; /* paths */
	const char *vault_key;
	struct mark marks[2];
};

static struct mark
mark_of(const char *path)
{
	struct stat st;

	if (path == NULL || stat(path, &st) != 0)
		return (struct mark){ .number = 0 };
	return (struct mark){ st.st_dev, st.st_ino, st.st_mtim };
}

static bool
is_marked(const char *path, const struct mark *m)
{
	struct mark now = mark_of(path);

	return now.device == m->device && now.number == m->number &&
	       now.changed.tv_sec == m->changed.tv_sec &&
	       now.changed.tv_nsec == m->changed.tv_nsec;
}

static void
take_seal(struct vault *v, const struct vault_ring *ring)
{
	v->n_seal = ring->n;
	for (size_t i = 0; i < ring->n; i++) {
		struct seal_key *k = &v->seal[ring->n - 1 - i];

		memcpy(k->secret, ring->keys[i], sizeof(k->secret));
		must(crypto_scalarmult_base(k->public, k->secret) == 0);
		(void)vault_key_id(VAULT_SEAL, ring->keys[i], k->id);
	}
}

static void
take_lock(struct vault *v, const struct vault_ring *ring)
{
	v->n_lock = ring->n;
	for (size_t i = 0; i < ring->n; i++) {
		struct lock_key *k = &v->lock[ring->n - 1 - i];

		must(
		    crypto_kdf_derive_from_key(k->identity, sizeof(k->identity),
			1, "identity", ring->keys[i]) == 0);
		(void)vault_key_id(VAULT_LOCK, ring->keys[i], k->id);
	}
	memcpy(v->token, ring->names[0], sizeof(v->token));
	memcpy(v->person, ring->names[1], sizeof(v->person));
}

/* Both or neither; marks first, so that what comes later is noticed. */
static enum rc
take_files(struct vault *v, struct err *e)
{
	struct mark marks[] = { mark_of(v->intake_key), mark_of(v->vault_key) };
	struct vault_ring seal, lock = { .n = 0 };
	enum rc rc =
	    vault_ring_read(v->intake_key, "HUYING_INTAKE_KEY", &seal, e);

	if (rc == RC_OK)
		rc =
		    vault_ring_read(v->vault_key, "HUYING_VAULT_KEY", &lock, e);
	if (rc == RC_OK) {
		take_seal(v, &seal);
		take_lock(v, &lock);
		memcpy(v->marks, marks, sizeof(marks));
	}
	vault_ring_wipe(&seal);
	vault_ring_wipe(&lock);
	return rc;
}

enum rc
vault_open(struct vault **vp, const char *intake_key, const char *vault_key,
    struct err *e)
{
	struct vault *v;
	enum rc rc;

	if (sodium_init() < 0)
		return err_set(e, RC_FATAL, "libsodium does not start");
	/* Not in swap, and wiped when it is freed. */
	v = sodium_malloc(sizeof(*v));
	must(v != NULL);
	memset(v, 0, sizeof(*v));
	v->intake_key = intake_key;
	v->vault_key = vault_key;
	rc = take_files(v, e);
	if (rc == RC_OK)
		*vp = v;
	else
		sodium_free(v);
	return rc;
}

enum rc
vault_refresh(struct vault *v, struct err *e)
{
	if (is_marked(v->intake_key, &v->marks[0]) &&
	    is_marked(v->vault_key, &v->marks[1]))
		return RC_OK;
	return take_files(v, e);
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

/* The key that opens BOX into PLAIN; NULL: none of ours. */
static const struct seal_key *
unsealed(const struct vault *v, struct str box, unsigned char *plain)
{
	for (size_t i = 0; i < v->n_seal; i++)
		if (crypto_box_seal_open(plain, (const unsigned char *)box.p,
			box.n, v->seal[i].public, v->seal[i].secret) == 0)
			return &v->seal[i];
	return NULL;
}

enum rc
vault_unseal(const struct vault *v, struct str box, struct arena *arena,
    struct msg_sealed_report *out, const char **key_id, struct err *e)
{
	const struct seal_key *key;
	unsigned char *plain;
	size_t n;
	enum rc rc;

	if (box.n <= crypto_box_SEALBYTES ||
	    box.n - crypto_box_SEALBYTES > PLAIN_MAX)
		return err_set(e, RC_REJECT, "no sealed box is so long");
	n = box.n - crypto_box_SEALBYTES;
	plain = xmalloc(n);
	key = unsealed(v, box, plain);
	if (key_id != NULL)
		*key_id = key != NULL ? key->id : NULL;
	if (key == NULL)
		rc = err_set(
		    e, RC_REJECT, "the sealed box does not open with our keys");
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
		 v->lock[0].identity) == 0);
	if (plain.p != NULL)
		sodium_memzero(plain.p, plain.n);
	buf_fini(&plain);
	return (struct str){ (const char *)out, NONCE + (size_t)n };
}

static bool
unlocked(const struct vault *v, struct str ad, struct str locked,
    unsigned char *plain, unsigned long long *n)
{
	enum {
		NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
	};
	const unsigned char *in = (const unsigned char *)locked.p;

	for (size_t i = 0; i < v->n_lock; i++)
		if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, n, NULL,
			in + NONCE, locked.n - NONCE,
			(const unsigned char *)ad.p, ad.n, in,
			v->lock[i].identity) == 0)
			return true;
	return false;
}

enum rc
vault_unlock(const struct vault *v, const char *token, struct str locked,
    struct arena *arena, struct msg_sealed_report *out, struct err *e)
{
	struct str ad = token_str(token);
	unsigned long long n = 0;
	unsigned char *plain;
	enum rc rc;

	if (locked.n < VAULT_EXTRA || locked.n > PLAIN_MAX + VAULT_EXTRA)
		return err_set(e, RC_REJECT, "no locked identity is so long");
	plain = xmalloc(locked.n);
	if (!unlocked(v, ad, locked, plain, &n))
		rc = err_set(e, RC_REJECT,
		    "the identity does not open with any of our keys");
	else
		rc = read_plain((struct str){ (const char *)plain, (size_t)n },
		    arena, out, e);
	sodium_memzero(plain, locked.n);
	free(plain);
	return rc;
}

const char *
vault_newest(const struct vault *v)
{
	return v->lock[0].id;
}
